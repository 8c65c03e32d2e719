from dataclasses import replace

import pytest

from seatrial.core.sandbox_spec import Limits, Need, SandboxSpec
from seatrial.tasks.family import Setup, Stage, TaskFile
from seatrial.tasks.variant import variant_digest

SPEC = SandboxSpec(image="a")
FILE = TaskFile(path="/a", contents=b"x")
STAGE = Stage(sandbox=SPEC, files=(FILE,), setups=(Setup(argv=("true",)),))


@pytest.mark.parametrize(
    "changed",
    [
        replace(STAGE, files=(replace(FILE, path="/b"),)),
        replace(STAGE, files=(replace(FILE, contents=b"y"),)),
        replace(STAGE, files=(replace(FILE, mode=0o600),)),
        replace(STAGE, files=(replace(FILE, owner="agent"),)),
        replace(STAGE, files=()),
        replace(STAGE, setups=()),
        replace(
            STAGE,
            setups=(
                Setup(
                    argv=("true", ""),
                ),
            ),
        ),
        replace(STAGE, setups=(Setup(argv=("true",), timeout=1.0),)),
        replace(STAGE, sandbox=replace(SPEC, image="b")),
        replace(STAGE, sandbox=replace(SPEC, user="agent")),
        replace(STAGE, sandbox=replace(SPEC, workdir="/")),
        replace(STAGE, sandbox=replace(SPEC, network="lan")),
        replace(STAGE, sandbox=replace(SPEC, hostname="h")),
        replace(STAGE, sandbox=replace(SPEC, needs=frozenset({Need.SETUID}))),
        replace(STAGE, sandbox=replace(SPEC, limits=Limits(pids=1))),
    ],
)
def test_whatever_the_agent_gets_is_in_the_digest(changed: Stage) -> None:
    assert variant_digest("p", changed, None) != variant_digest("p", STAGE, None)


def test_prompt_and_place_of_submission_are_in_the_digest() -> None:
    same = variant_digest("p", STAGE, None)
    assert variant_digest("q", STAGE, None) != same
    assert variant_digest("p", STAGE, "/s") != same
    assert variant_digest("p", replace(STAGE), None) == same
