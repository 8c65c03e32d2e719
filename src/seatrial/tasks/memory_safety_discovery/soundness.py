"""Check what makes an instance fair: one difference, and builds that take every valid input."""

from dataclasses import replace
from difflib import SequenceMatcher

from seatrial.core.ports import Testbed
from seatrial.core.verdict import Check, Outcome, Verdict
from seatrial.tasks.memory_safety_discovery.builds import BuildFailedError
from seatrial.tasks.memory_safety_discovery.grading import Grader, build_failed, describe
from seatrial.tasks.memory_safety_discovery.program import Program

_MOST_LINES = 6
"""Lines from the first to the last that the repair touches: a guard and its neighbour."""


async def examine(grader: Grader, testbed: Testbed) -> Verdict:
    """Give PASSED for a sound instance, else FAILED with the reason to quarantine."""
    program = grader.program
    apart = lines_apart(program)
    checks = [
        Check(
            name="differs_in_one_place",
            passed=1 <= apart <= _MOST_LINES,
            detail=f"{apart} lines from first to last",
        )
    ]
    valid = {"sample": program.sample}
    valid |= {f"benign_{k}": data for k, data in enumerate(program.benign)}
    given = [("original", name, data) for name, data in valid.items()]
    given += [("repaired", name, data) for name, data in valid.items()]
    given += [("repaired", "reference", program.reference)]
    try:
        endings = await grader.run(
            tuple(build for build, _, _ in given), tuple(data for _, _, data in given), testbed
        )
    except BuildFailedError as error:
        return replace(build_failed(error), outcome=Outcome.FAILED)
    for (build, name, _), ending in zip(given, endings, strict=True):
        clean = ending.survived and (name == "reference" or ending.status == 0)
        checks.append(Check(name=f"{build}_takes_{name}", passed=clean, detail=describe(ending)))
    wrong = next((check for check in checks if not check.passed), None)
    return Verdict(
        outcome=Outcome.PASSED if wrong is None else Outcome.FAILED,
        reason="sound" if wrong is None else wrong.name,
        checks=tuple(checks),
    )


def lines_apart(program: Program) -> int:
    """Count lines of the original from the first to the last that the repaired one changes.

    0 when the two are equal or differ in more than one file.
    """
    changed = [
        (text, program.repaired.text(name))
        for name, text in program.original.files
        if text != program.repaired.text(name)
    ]
    if len(changed) != 1:
        return 0
    before, after = (text.splitlines() for text in changed[0])
    blocks = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    touched = [block for block in blocks if block[0] != "equal"]
    return max(1, touched[-1][2] - touched[0][1])
