"""Nobody who knows how submissions and incidents come about finds a hidden cell across tables.

Each table alone is safe (`test_suppression.py`). Here the attacker also knows what goes with what:
a declined submission had no window, an incident has so many clocks, one that is open is not closed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from made_up_case import DAY, digest, submission_at

from seatrial.review.incident.state import Incident
from seatrial.review.submission import events as e
from seatrial.review.submission.state import Submission
from seatrial.review.transparency.figures import publish, tables
from seatrial.review.transparency.suppression import ShownTable

from .test_figures import incident

T = TypeVar("T")

MINIMUM = 3


def after(stage: str, last: object, who: str) -> Submission:
    case = submission_at(stage)
    case.do(last, who, after=DAY)
    state: Submission = case.state
    return state


_ENDS = ((4, True, False), (4, False, True), (30, True, True), (30, False, False))


def determined(days: int, *, agrees: bool, objected: bool) -> Submission:
    """Give one whose window was used for some days."""
    state: Submission = submission_at("determined").state
    assert state.window
    assert state.determination
    return replace(
        state,
        window=replace(state.window, ended_at=state.window.opened_at + timedelta(days=days)),
        determination=replace(state.determination, agrees=agrees),
        objections=(digest("objection"),) if objected else (),
    )


def worlds(kinds: Sequence[T], total: int) -> Iterator[list[T]]:
    """Give every way to have so many of these kinds."""
    if len(kinds) == 1:
        yield [kinds[0]] * total
        return
    for first in range(total + 1):
        for rest in worlds(kinds[1:], total - first):
            yield [kinds[0]] * first + rest


def found_out(
    submissions: Sequence[list[Submission]], incidents: Sequence[list[Incident]]
) -> set[tuple[str, str, int]]:
    """Give hidden counts that have one possible value in all worlds that publish the same.

    Zeros are nobody, and may be found.
    """
    possible: dict[tuple[ShownTable, ...], list[list[int]]] = {}
    for one, other in zip(submissions, incidents, strict=True):
        counts = [cell.count for table in tables(one, other) for cell in table.cells]
        possible.setdefault(publish(one, other, minimum=MINIMUM), []).append(counts)
    found: set[tuple[str, str, int]] = set()
    for published, same in possible.items():
        cells = [(table.name, cell) for table in published for cell in table.cells]
        for n, (name, cell) in enumerate(cells):
            values = {counts[n] for counts in same}
            if cell.count is None and len(values) == 1 and values != {0}:
                found.add((name, cell.label, values.pop()))
    return found


@pytest.mark.parametrize("total", [5, 6])
def test_no_cell_of_submissions_is_found_from_several_tables(total: int) -> None:
    kinds = (
        *(after("offered", e.Declined(reason="r"), "evaluator"), submission_at("open").state),
        *(after("offered", e.Withdrawn(), "developer"), after("open", e.Withdrawn(), "developer")),
        *(determined(days, agrees=agrees, objected=objected) for days, agrees, objected in _ENDS),
    )
    every = list(worlds(kinds, total))

    assert found_out(every, [[]] * len(every)) == set()


# Below the smallest group the total is hidden too: an attacker does not know which of them it is.
@pytest.mark.parametrize("totals", [(0, 1, 2), (6,), (8,)])
def test_no_cell_of_incidents_is_found_from_several_tables(totals: Sequence[int]) -> None:
    kinds = (
        *(incident(days=days) for days in (None, 2, 20, 80, 91)),
        *(incident(days=days, answered=2) for days in (20, 80, 91)),
    )
    every = [world for total in totals for world in worlds(kinds, total)]

    assert found_out([[]] * len(every), every) == set()


@pytest.mark.parametrize("count", [1, 2])
def test_a_single_incident_is_in_no_figure(count: int) -> None:
    """Nor by its clocks, of which it has more than the smallest group."""
    for table in publish([], [incident(days=91)] * count, minimum=MINIMUM):
        assert not table.total
        assert not any(cell.count for cell in table.cells)
