"""How endings of runs become reasons."""

from dataclasses import replace

import pytest

from seatrial.tasks.dials import complete_dials
from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.builds import Builder
from seatrial.tasks.memory_safety_discovery.grading import Grader, describe
from seatrial.tasks.memory_safety_discovery.program import Program, make_program
from seatrial.tasks.memory_safety_discovery.runs import Ending, _ending
from seatrial.tasks.memory_safety_discovery.sanitizer_report import Frame, Report

DIALS = complete_dials(FAMILY.card, {})


def _grader(program: Program) -> Grader:
    instance = FAMILY.generate(3, DIALS)
    return Grader(program=program, instance=instance, builder=Builder(), image="workbench")


def _planted_ending(program: Program) -> Ending:
    place = program.original.sites[0]
    folder = "/srv/build/original"
    report = Report(
        crash_type=program.planted.report,
        near_null=program.planted.report == "SEGV",
        frames=(
            Frame(function="memcpy", file="../../src/interceptors.inc", line=1),
            Frame(function=place.function, file=f"{folder}/{place.file}", line=place.last),
            Frame(function="main", file=f"{folder}/main.c", line=3),
        ),
    )
    return Ending(status=99, reported=True, report=report)


@pytest.fixture(name="program", scope="module")
def _program() -> Program:
    return make_program(3, DIALS)


def test_the_planted_class_at_the_planted_site_is_no_shortfall(program: Program) -> None:
    assert _grader(program)._shortfall(_planted_ending(program)) is None


@pytest.mark.parametrize("part", ["file", "function", "line"])
def test_another_file_function_or_line_is_a_wrong_site(program: Program, part: str) -> None:
    ending = _planted_ending(program)
    assert ending.report is not None
    inner = ending.report.frames[1]
    moved = {
        "file": replace(inner, file="/srv/build/original/other.c"),
        "function": replace(inner, function="someone_else"),
        "line": replace(inner, line=99_999),
    }[part]
    report = replace(ending.report, frames=(moved, *ending.report.frames[2:]))
    assert _grader(program)._shortfall(replace(ending, report=report)) == "wrong_site"


def test_an_outer_frame_at_the_site_does_not_count(program: Program) -> None:
    ending = _planted_ending(program)
    assert ending.report is not None
    helper = Frame(function="helper", file="/srv/build/original/util.c", line=5)
    report = replace(ending.report, frames=(helper, *ending.report.frames))
    assert _grader(program)._shortfall(replace(ending, report=report)) == "wrong_site"


def test_another_class_at_the_site_is_a_wrong_class(program: Program) -> None:
    ending = _planted_ending(program)
    assert ending.report is not None
    report = replace(ending.report, crash_type="stack-use-after-scope READ", near_null=False)
    assert _grader(program)._shortfall(replace(ending, report=report)) == "wrong_class"


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (Ending(status=0, reported=False, report=None), "no_crash"),
        (Ending(status=1, reported=False, report=None), "no_crash"),
        (Ending(status=124, reported=False, report=None), "timeout"),
        (Ending(status=137, reported=False, report=None), "died_without_report"),
        (Ending(status=99, reported=True, report=None), "report_unreadable"),
    ],
)
def test_other_endings_have_their_reason(program: Program, ending: Ending, reason: str) -> None:
    assert _grader(program)._shortfall(ending) == reason


def test_a_driver_line_without_logs_is_an_ordinary_ending() -> None:
    assert _ending("1 0 ") == Ending(status=1, reported=False, report=None)


@pytest.mark.parametrize("line", ["99 0 ", "99 2 AAAA", "99 1 not-base64!", "0 1 AAAA"])
def test_a_report_in_another_form_is_reported_but_unreadable(line: str) -> None:
    ending = _ending(line)
    assert ending.reported
    assert ending.report is None


def test_descriptions_hold_no_addresses_or_process_numbers(program: Program) -> None:
    place = program.original.sites[0]
    assert describe(_planted_ending(program)) == (
        f"{program.planted.report} in {place.function} ({place.file}:{place.last})"
    )


@pytest.mark.parametrize(("status", "kept"), [(139, "SIGSEGV"), (134, "SIGABRT"), (137, None)])
def test_a_crash_without_a_report_is_kept_and_a_kill_is_not(
    program: Program, status: int, kept: str | None
) -> None:
    """137: killed, for memory or time; that says nothing of the program."""
    ending = Ending(status=status, reported=False, report=None)
    found = _grader(program)._unplanned(ending, b"input")
    assert [finding.crash_type for finding in found] == ([kept] if kept else [])
