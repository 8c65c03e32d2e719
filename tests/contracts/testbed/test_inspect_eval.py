"""A real Inspect evaluation over the provider, as a trial runs it."""

import json
import subprocess
import sys

import pytest
from inspect_ai.util import SandboxEnvironmentSpec

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.inspect_provider import sandbox_config
from seatrial.testbed.places import Places
from seatrial.testbed.records import Records

EVALUATION = """
import json, pathlib, sys
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import solver
from inspect_ai.util import SandboxEnvironmentSpec, sandbox
from seatrial.core.sandbox_spec import MIB, Limits, SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.inspect_provider import (
    ExtraSandbox, OciSandboxConfig, sandbox_config, use_testbed,
)
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places

@solver
def visit():
    async def solve(state, generate):
        here, other = sandbox(), sandbox("other")
        await here.write_file("note", "written")
        found = state.metadata
        found["who"] = (await here.exec(["cat", "note"])).stdout
        found["address"] = (await other.exec(["hostname", "-I"])).stdout.split()[0]
        found["oom"] = (await here.exec(["python3", "-c", "x = b'x' * 10**9"])).stderr
        found["command"] = (await here.connection()).command
        remote = await here.exec_remote(["sh", "-c", "echo remote"], stream=False)
        found["remote"] = remote.stdout
        return state
    return solve

spec = SandboxSpec(
    image="workbench", network="lan", limits=Limits(memory_bytes=256 * MIB), user="agent",
    workdir="/home/agent",
)
other = OciSandboxConfig(image="workbench", network="lan")
config = sandbox_config(spec, label="visit", extra=(ExtraSandbox(name="other", config=other),))
sample = Sample(input="x", sandbox=SandboxEnvironmentSpec("oci", config))
places = Places(cache=pathlib.Path(sys.argv[1]), runtime=pathlib.Path(sys.argv[2]))
testbed = OciTestbed(places, ImageStore(places.cache), NullJournalFactory())
with use_testbed(testbed):
    (log,) = eval(
        Task(dataset=[sample], solver=visit(), name="visit"),
        model="mockllm/model", display="none", log_dir=sys.argv[3],
    )
print(json.dumps({"status": log.status, **log.samples[0].metadata}))
"""


@pytest.mark.sandbox
@pytest.mark.root
@pytest.mark.slow
def test_an_evaluation_runs_and_leaves_nothing(places: Places) -> None:
    # In a process of its own: what Inspect itself warns of is not ours to mend.
    done = subprocess.run(
        [
            *(sys.executable, "-c", EVALUATION),
            *(str(places.cache), str(places.runtime), str(places.runtime.parent / "logs")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    command = found.pop("command")
    assert "memory limit was reached" in found.pop("oom")
    assert found == {
        "status": "success",
        "who": "written",
        "address": "10.99.0.2",
        "remote": "remote\n",
    }
    assert "seatrial.testbed.shell" in command
    assert list(Records(places.runtime).folder.iterdir()) == []


def test_a_config_survives_a_log() -> None:
    config = sandbox_config(SandboxSpec(image="workbench", user="agent", network="lan"))
    spec = SandboxEnvironmentSpec("oci", config)
    again = SandboxEnvironmentSpec.model_validate_json(spec.model_dump_json())
    assert again.config == config
    assert hash(again) == hash(spec)
