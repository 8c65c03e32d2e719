import re
from dataclasses import replace
from pathlib import Path

import seatrial.testbed
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.bundle import CAPABILITIES, IDS, BundleFacts, bundle_config

ENTER = Path(seatrial.testbed.__file__).parent / "native/enter.c"
FACTS = BundleFacts(base=1000000, cgroup=None, filter_base64="AAAA", open_files=64)


def test_the_exec_helper_keeps_the_same_capabilities() -> None:
    listed = ENTER.read_text().partition("kept[] = {")[2].partition("}")[0]
    assert set(re.findall(r"CAP_(\w+)", listed)) == set(CAPABILITIES)


def test_a_bundle_has_every_namespace_and_its_own_ids() -> None:
    config = bundle_config(SandboxSpec(image="x"), FACTS)
    linux = config["linux"]
    assert isinstance(linux, dict)
    assert {one["type"] for one in linux["namespaces"]} == {
        *("user", "pid", "network", "ipc", "uts", "mount", "cgroup"),
    }
    assert linux["uidMappings"] == [{"containerID": 0, "hostID": 1000000, "size": IDS}]
    assert linux["gidMappings"] == linux["uidMappings"]
    assert config["annotations"] == {"run.oci.seccomp_bpf_data": "AAAA"}


def test_process_1_holds_no_capability_that_reaches_the_host() -> None:
    assert set(CAPABILITIES).isdisjoint(
        {"SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_TIME", "BPF", "SYSLOG"}
    )


def test_an_ordinary_users_bundle_leaves_the_user_namespace_to_the_launcher() -> None:
    linux = bundle_config(SandboxSpec(image="x"), replace(FACTS, own_users=False))["linux"]
    assert isinstance(linux, dict)
    assert {"type": "user"} not in linux["namespaces"]
    assert "uidMappings" not in linux
    assert "gidMappings" not in linux
