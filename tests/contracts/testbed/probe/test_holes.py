"""Sandboxes with a hole made on purpose: the probe finds each, and none where there is none.

The holes lead only to places of the test's own: files it made, or network namespaces that
hold nothing but a cable from one end to the other.
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from anyio import run_process

from seatrial.core import ports
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed import entrance, execution, oci_testbed, seccomp, start
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places
from seatrial.testbed.probe import bait
from seatrial.testbed.probe.checks import CHECKS
from seatrial.testbed.probe.containment import probe_containment
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox, pytest.mark.root]

SPEC = SandboxSpec(image="workbench")
Config = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What a hole is made with. folder: the test's own. namespaces: pid of their holder."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path
    namespaces: int

    def edit_config(self, edit: Callable[[Config], None]) -> None:
        made = start.bundle_config

        def edited(*arguments: Any) -> Config:
            config: Config = made(*arguments)
            edit(config)
            return config

        self.monkeypatch.setattr(start, "bundle_config", edited)

    def bind(self, source: Path, inside: str) -> None:
        self.edit_config(
            lambda config: config["mounts"].append(
                {
                    "destination": inside,
                    "type": "bind",
                    "source": str(source),
                    "options": ["rbind", "rw"],
                }
            )
        )

    def bind_text(self, text: str, inside: str) -> None:
        file = self.folder / Path(inside).name
        file.write_text(text)
        file.chmod(0o666)
        self.bind(file, inside)

    def join(self, kind: str, holder: int | None = None) -> None:
        """Put sandboxes into a namespace of the holder's (default: the test's own)."""
        file = {"network": "net", "pid": "pid_for_children"}.get(kind, kind)

        def edit(config: Config) -> None:
            for entry in config["linux"]["namespaces"]:
                if entry["type"] == kind:
                    entry["path"] = f"/proc/{holder or self.namespaces}/ns/{file}"
            if kind == "network":
                # sysfs shows a network namespace and cannot be mounted for a foreign one.
                config["mounts"] = [m for m in config["mounts"] if m["type"] != "sysfs"]
                config["linux"]["maskedPaths"] = [
                    path for path in config["linux"]["maskedPaths"] if not path.startswith("/sys")
                ]

        self.edit_config(edit)

    def add_variable(self, name: str, value: str) -> None:
        made = entrance.default_environment
        self.monkeypatch.setattr(
            entrance, "default_environment", lambda account: made(account) | {name: value}
        )

    def open_abi(self, name: str) -> None:
        made = seccomp._abi_rules

        def opened(abi: seccomp.Abi) -> seccomp._Program:
            if abi.name != name:
                return made(abi)
            program = seccomp._Program()
            program.allow()
            return program

        self.monkeypatch.setattr(seccomp, "_abi_rules", opened)

    def give_descriptor(self) -> None:
        """Give commands a folder of the host as their standard error."""
        made = execution.spawn

        def spawned(program: str, argv: Any, **streams: Any) -> int:
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                return made(program, argv, **(streams | {"stderr": folder}))
            finally:
                os.close(folder)

        self.monkeypatch.setattr(execution, "spawn", spawned)

    def map_host_root(self) -> None:
        def edit(config: Config) -> None:
            more = {"containerID": 65536, "hostID": 0, "size": 1}
            for kind in ("uidMappings", "gidMappings"):
                config["linux"][kind] = [*config["linux"][kind], more]

        self.edit_config(edit)

    def without_filter(self) -> None:
        """Let commands have a filter that refuses nothing and process 1 none that is ours."""
        init = self.folder / "init"
        source = "int main(void) { close_range(0, ~0U, 0); for (;;) pause(); }"
        subprocess.run(
            ["gcc", "-w", "-static", "-x", "c", "-", "-o", init], input=source.encode(), check=True
        )
        made = start.bundle_config

        def edited(*arguments: Any) -> Config:
            config: Config = made(*arguments)
            config.pop("annotations", None)
            return config

        self.monkeypatch.setattr(start, "bundle_config", edited)
        build = oci_testbed.build_native
        self.monkeypatch.setattr(
            oci_testbed, "build_native", lambda cache: replace(build(cache), init=init)
        )

    def without_socketcall_rule(self) -> None:
        wide, narrow = seccomp._MACHINES["x86_64"]
        opened = (wide, replace(narrow, socketcall=False))
        self.monkeypatch.setattr(seccomp, "_MACHINES", {"x86_64": opened})


@contextmanager
def _holder() -> Iterator[int]:
    """Hold namespaces of a process's own."""
    script = "ip link set lo up && echo ready && exec sleep 300"
    with subprocess.Popen(
        ["unshare", "--net", "--ipc", "--", "sh", "-c", script], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield process.pid
        finally:
            process.kill()


OUTWARD = (
    "ip link add out0 type veth peer name far0",
    "ip link set far0 up",
    "ip link set out0 up",
    "ip address add 10.0.0.2/8 dev out0",
    "ip route add default via 10.0.0.1",
    "ip -6 address add fd77::2/64 dev out0 nodad",
    "ip -6 route add default via fd77::1",
)
"""A network that seems to lead everywhere and ends at the other end of a cable."""


def _variable(maker: Maker) -> None:
    maker.monkeypatch.setenv("SEATRIAL_TEST_HOLE", "host-value-0123456789")
    maker.add_variable("HARMLESS", "host-value-0123456789")


def _devices(maker: Maker) -> None:
    maker.bind(Path("/dev/kmsg"), "/dev/kmsg")


def _control_groups(maker: Maker) -> None:
    maker.folder.joinpath("cgroup").mkdir()
    agent = maker.folder / "cgroup" / "release_agent"
    agent.touch()
    agent.chmod(0o666)
    maker.bind(maker.folder / "cgroup", "/sys/fs/cgroup")


def _shared_folder(maker: Maker) -> None:
    shared = maker.folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    maker.bind(shared, "/var/cache")


OUT = {"dns", "tcp", "udp", "icmp", "ipv6", "interfaces", "raw_packets", "metadata"}
ABI = {"vsock", "io_uring", "bpf", "userfaultfd", "perf", "keyrings", "user_namespace", "mounting"}

HOLES: dict[str, tuple[Callable[[Maker], None], set[str]]] = {
    "shared network": (lambda m: m.join("network"), {"neighbour_network"}),
    "host's network": (
        lambda m: m.join("network", os.getpid()),
        {"abstract_socket", "host_loopback"},
    ),
    "all 64-bit calls": (lambda m: m.open_abi("x86_64"), ABI),
    "all 32-bit calls": (lambda m: m.open_abi("x86"), ABI - {"mounting"}),
    "32-bit socketcall": (Maker.without_socketcall_rule, {"vsock"}),
    "another socket family": (
        lambda m: m.monkeypatch.setattr(seccomp, "FAMILIES", (*seccomp.FAMILIES, 44)),
        {"socket_families"},
    ),
    "host folder": (_shared_folder, {"mounts", "earlier_sandbox", "neighbour_storage"}),
    "shared ipc": (lambda m: m.join("ipc"), {"earlier_sandbox", "neighbour_storage"}),
    "shared processes": (
        lambda m: m.join("pid", os.getpid()),
        {"host_processes", "neighbour_processes"},
    ),
    "device": (_devices, {"host_devices", "mounts"}),
    "writable setting": (
        lambda m: m.bind_text("", "/proc/sys/kernel/core_pattern"),
        {"kernel_settings", "mounts"},
    ),
    "writable control group": (_control_groups, {"control_groups", "mounts"}),
    "kernel memory": (lambda m: m.bind_text("memory", "/dev/mem"), {"kernel_memory", "mounts"}),
    "engine socket": (
        lambda m: m.bind_text("", "/run/docker.sock"),
        {"engine_sockets", "mounts"},
    ),
    "proxy variable": (lambda m: m.add_variable("https_proxy", "http://192.0.2.1:1"), {"proxies"}),
    "mirror in settings": (
        lambda m: m.bind_text('Acquire::http::Proxy "http://192.0.2.1:1";', "/etc/apt/apt.conf"),
        {"package_mirrors", "mounts"},
    ),
    "host's folder as a stream": (Maker.give_descriptor, {"descriptors"}),
    "host's root among the ids": (Maker.map_host_root, {"host_ids"}),
    "process 1 without a filter": (Maker.without_filter, {"unfiltered_processes"}),
    "host's variable": (_variable, {"host_environment"}),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hole"
    made.mkdir()
    tmp_path.chmod(0o755)
    return made


async def _reaches(testbed: ports.Testbed, places: Places, spec: SandboxSpec) -> dict[str, str]:
    report = await probe_containment(testbed, spec, cache=places.cache)
    assert set(CHECKS) == {result.name for result in report.results}
    return {result.name: result.detail for result in report.reaches}


class CabledTestbed:
    """Gives each sandbox's own network a way out."""

    def __init__(self, inner: OciTestbed) -> None:
        self._inner = inner

    @asynccontextmanager
    async def open(self, spec: SandboxSpec, *, label: str) -> AsyncIterator[OciSandbox]:
        async with self._inner.open(spec, label=label) as sandbox:
            init = sandbox.live.record.init
            assert init is not None
            script = " && ".join(OUTWARD)
            await run_process(["nsenter", "-t", str(init.pid), "-n", "sh", "-c", script])
            yield sandbox


async def test_a_network_that_leads_out_is_found(
    testbed: OciTestbed, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bait.host_addresses
    monkeypatch.setattr(bait, "host_addresses", lambda: (*made(), "10.1.2.3", "fd77:1::9"))

    reached = await _reaches(CabledTestbed(testbed), places, SPEC)

    assert reached.keys() == OUT


@pytest.mark.parametrize("network", [None, "private"])
async def test_a_sound_sandbox_reaches_nothing(
    testbed: OciTestbed, places: Places, network: str | None
) -> None:
    """With a private network, its own interface and peers are expected, nothing else."""
    spec = replace(SPEC, network=network, user="agent", workdir="/home/agent")

    assert await _reaches(testbed, places, spec) == {}


@pytest.mark.skipif(shutil.which("runsc") is None, reason="runsc is not installed")
async def test_a_sound_sandbox_with_a_kernel_of_its_own_reaches_nothing(places: Places) -> None:
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime="runsc")
    try:
        report = await probe_containment(made, SPEC, cache=places.cache, own_kernel=True)
    finally:
        made.close()

    assert report.reaches == ()


@pytest.mark.parametrize("hole", HOLES)
async def test_a_hole_is_found(
    hole: str,
    testbed: OciTestbed,
    places: Places,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make, expected = HOLES[hole]
    with _holder() as pid:
        make(Maker(monkeypatch=monkeypatch, folder=folder, namespaces=pid))

        reached = await _reaches(testbed, places, SPEC)

    assert expected <= reached.keys(), reached
    assert all(detail.isprintable() for detail in reached.values())
    assert not [detail for detail in reached.values() if "did not finish" in detail]


def test_every_check_has_a_hole_that_it_finds() -> None:
    assert set(CHECKS) == OUT.union(*(expected for _, expected in HOLES.values()))
