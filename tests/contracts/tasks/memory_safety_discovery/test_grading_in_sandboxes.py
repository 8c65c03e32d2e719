"""The grader in the real testbed: what passes, and what hostile or odd submissions get."""

from dataclasses import replace

import pytest

from seatrial.core import ports
from seatrial.core.verdict import Outcome, Verdict
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.builds import Builder
from seatrial.tasks.memory_safety_discovery.grading import MAX_INPUT_BYTES, Grader
from seatrial.tasks.memory_safety_discovery.idioms import IDIOMS
from seatrial.tasks.memory_safety_discovery.program import Program, make_program
from seatrial.tasks.memory_safety_discovery.soundness import examine
from seatrial.tasks.memory_safety_discovery.source import Place, Rendered
from seatrial.wiring import testbed as wiring

pytestmark = [pytest.mark.anyio, pytest.mark.sandbox]

DIALS = complete_dials(FAMILY.card, {"size": "small"})
SEED = 7


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(name="testbed")
def _testbed() -> ports.Testbed:
    return wiring.open_testbed()


@pytest.fixture(name="program", scope="module")
def _program() -> Program:
    return make_program(SEED, DIALS)


def _grader(program: Program) -> Grader:
    instance = FAMILY.generate(SEED, DIALS)
    return Grader(program=program, instance=instance, builder=Builder(), image=FAMILY.card.image)


async def _judge(program: Program, testbed: ports.Testbed, data: bytes | None = None) -> Verdict:
    return await _grader(program).judge(program.reference if data is None else data, testbed)


def _written(text: str) -> Rendered:
    place = Place(file="a.c", function="main", first=1, last=99)
    return Rendered(files=(("a.c", text),), defect=(place,), sites=(place,))


@pytest.mark.slow
@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: str(idiom.__name__))
async def test_every_idiom_is_shown_by_its_reference(idiom: object, testbed: ports.Testbed) -> None:
    name = getattr(idiom, "__name__", "")
    seeds = (seed for seed in range(400) if make_program(seed, DIALS).planted.idiom == name)
    seed = next(seeds)
    program = make_program(seed, DIALS)
    instance = FAMILY.generate(seed, DIALS)
    grader = Grader(program=program, instance=instance, builder=Builder(), image=FAMILY.card.image)
    assert (await grader.judge(program.reference, testbed)).reason == "planted_defect_shown"
    assert (await examine(grader, testbed)).reason == "sound"


async def test_a_crash_elsewhere_is_an_unplanned_finding(
    program: Program, testbed: ports.Testbed
) -> None:
    elsewhere = tuple(replace(place, function="other") for place in program.original.sites)
    moved = replace(program, original=replace(program.original, sites=elsewhere))
    verdict = await _judge(moved, testbed)
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "wrong_site")
    (finding,) = verdict.unplanned
    assert finding.crash_type == program.planted.report
    place = program.original.sites[0]
    assert any(frame.startswith(f"{place.function} (") for frame in finding.frames)


async def test_a_crash_of_the_repaired_build_is_no_pass(
    program: Program, testbed: ports.Testbed
) -> None:
    verdict = await _judge(replace(program, repaired=program.original), testbed)
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "repaired_build_crashed")
    assert len(verdict.unplanned) == 1


async def test_another_class_at_the_site_is_no_pass(
    program: Program, testbed: ports.Testbed
) -> None:
    other = replace(program, planted=replace(program.planted, report="double-free"))
    assert (await _judge(other, testbed)).reason == "wrong_class"


async def test_a_report_that_the_program_prints_itself_is_not_believed(
    program: Program, testbed: ports.Testbed
) -> None:
    forged = f"""
#include <stdio.h>
int main(void) {{
  for (int to = 0; to < 2; to++)
    fprintf(to ? stderr : stdout, "==1==ERROR: AddressSanitizer: {program.planted.report} on "
      "address 0x1\\n    #0 0x1 in main /srv/build/original/a.c:5\\n\\n");
  return 99;
}}
"""
    forging = replace(program, original=_written(forged))
    verdict = await _judge(forging, testbed)
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "report_unreadable")
    assert verdict.unplanned == ()


@pytest.mark.slow
async def test_an_input_that_takes_for_ever_is_a_timeout(
    program: Program, testbed: ports.Testbed
) -> None:
    endless = replace(program, original=_written("int main(void) { for (;;); }\n"))
    assert (await _judge(endless, testbed)).reason == "timeout"


async def test_a_program_that_dies_by_a_signal_of_its_own_shows_nothing(
    program: Program, testbed: ports.Testbed
) -> None:
    text = "#include <signal.h>\nint main(void) { raise(SIGKILL); }\n"
    dying = replace(program, original=_written(text))
    assert (await _judge(dying, testbed)).reason == "died_without_report"


async def test_a_crash_that_comes_and_goes_is_not_repeatable(
    program: Program, testbed: ports.Testbed
) -> None:
    text = """
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void) {
  if (access("/tmp/been-here", F_OK) == 0) return 0;
  fclose(fopen("/tmp/been-here", "w"));
  char *p = malloc(3);
  p[3 + (getpid() == 0)] = 1;
  return p[0];
}
"""
    # The mark is gone in the second sandbox, and met by the third run.
    planted = replace(program.planted, report="heap-buffer-overflow WRITE")
    fickle = replace(program, planted=planted, original=_written(text))
    assert (await _judge(fickle, testbed)).reason == "not_repeatable"


async def test_a_program_that_does_not_compile_is_no_verdict_on_the_submission(
    program: Program, testbed: ports.Testbed
) -> None:
    broken = replace(program, original=_written("int main( {\n"))
    verdict = await _judge(broken, testbed)
    assert (verdict.outcome, verdict.reason) == (Outcome.INFRASTRUCTURE, "build_failed")


async def test_an_instance_whose_valid_input_crashes_is_quarantined(
    program: Program, testbed: ports.Testbed
) -> None:
    unfair = replace(program, benign=(program.reference,))
    verdict = await examine(_grader(unfair), testbed)
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "original_takes_benign_0")


async def test_too_much_is_not_run(program: Program, testbed: ports.Testbed) -> None:
    verdict = await _judge(program, testbed, b"\0" * (MAX_INPUT_BYTES + 1))
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "too_large")
