"""What counts as one difference."""

from dataclasses import replace

import pytest

from seatrial.tasks.dials import complete_dials
from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.program import make_program
from seatrial.tasks.memory_safety_discovery.soundness import lines_apart
from seatrial.tasks.memory_safety_discovery.source import Rendered

PROGRAM = make_program(0, complete_dials(FAMILY.card, {}))


def _rendered(*texts: str) -> Rendered:
    files = tuple((f"{k}.c", text) for k, text in enumerate(texts))
    return Rendered(files=files, defect=(), sites=())


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [
        (("a\nb\nc\n",), ("a\nb\nc\n",), 0),
        (("a\nb\nc\n",), ("a\nB\nc\n",), 1),
        (("a\nc\n",), ("a\nb\nc\n",), 1),
        (("a\nb\nc\nd\n",), ("A\nb\nc\nD\n",), 4),
        (("a\n", "b\n"), ("A\n", "B\n"), 0),
    ],
    ids=["equal", "one line", "a line more", "far apart", "two files"],
)
def test_lines_from_the_first_to_the_last_change(
    before: tuple[str, ...], after: tuple[str, ...], apart: int
) -> None:
    program = replace(PROGRAM, original=_rendered(*before), repaired=_rendered(*after))
    assert lines_apart(program) == apart
