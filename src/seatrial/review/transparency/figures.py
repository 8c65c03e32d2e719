"""The figures that are published, counted from the states."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from seatrial.review.incident.state import ClockStanding, Incident
from seatrial.review.submission.state import Stage, Submission
from seatrial.review.submission.work_events import Finding
from seatrial.review.transparency.suppression import Cell, ShownTable, Table, suppress

T = TypeVar("T")

WINDOW_DAYS = (5, 10, 20, 30)
"""Upper ends of the bins of days of the window used; the last bin is open."""

FIX_DAYS = (3, 30, 90)
"""Upper ends of the bins of days from an incident's opening to its close."""


def publish(
    submissions: Iterable[Submission], incidents: Iterable[Incident], *, minimum: int
) -> tuple[ShownTable, ...]:
    """Give the tables that anyone may see: no identities, no small groups (R30).

    submissions, incidents: of one period that has ended. Figures of overlapping periods could
    be subtracted from one another, so a period is published once.
    minimum: the policy's smallest group.
    """
    return suppress(tables(list(submissions), list(incidents)), minimum)


def tables(submissions: Sequence[Submission], incidents: Sequence[Incident]) -> tuple[Table, ...]:
    """Give the figures before small groups are hidden. Not for publication."""
    offered = [one for one in submissions if one.terms is not None]
    determined = [one for one in offered if one.determination]
    clocks = [clock for one in incidents for clock in one.clocks]
    return (
        _count("outcomes", "Submissions by outcome", offered, _outcome, OUTCOMES),
        _count(
            "agreement",
            "Determinations by agreement with the recommendation",
            determined,
            lambda one: (
                "follows it" if one.determination and one.determination.agrees else "differs"
            ),
            ("follows it", "differs"),
            part_of="outcomes",
        ),
        _count(
            "objections",
            "Determinations by the developer's objection",
            determined,
            lambda one: "objected" if one.objections else "did not object",
            ("objected", "did not object"),
            part_of="outcomes",
        ),
        _count(
            "window",
            "Submissions by days of the window used",
            offered,
            lambda one: _bin(_days_used(one), WINDOW_DAYS, none="no access given"),
            ("no access given", *_bins(WINDOW_DAYS)),
        ),
        _count(
            "incidents",
            "Incidents by source",
            incidents,
            lambda one: one.opened.source.value,
            ("hand", "alert", "rescan"),
        ),
        _count(
            "fixes",
            "Incidents by days from opening to close",
            incidents,
            lambda one: _bin(
                one.closed_at - one.opened_at if one.closed_at else None, FIX_DAYS, none="open"
            ),
            ("open", *_bins(FIX_DAYS)),
        ),
        _count(
            "clocks",
            "Incident clocks",
            clocks,
            lambda one: one.standing.value,
            tuple(one.value for one in ClockStanding),
        ),
    )


OUTCOMES = (
    "in progress",
    "declined",
    "withdrawn",
    "closed without a determination",
    *(f"determined: {one.value.replace('-', ' ')}" for one in Finding),
)


def _outcome(one: Submission) -> str:
    if one.determination:
        return f"determined: {one.determination.finding.value.replace('-', ' ')}"
    return {
        Stage.DECLINED: "declined",
        Stage.WITHDRAWN: "withdrawn",
        Stage.CLOSED: "closed without a determination",
    }.get(one.stage, "in progress")


def _days_used(one: Submission) -> timedelta | None:
    """Give how long access lasted; until its planned end while it lasts."""
    if one.window is None:
        return None
    return (one.window.ended_at or one.window.ends_at) - one.window.opened_at


def _bins(ends: Sequence[int]) -> tuple[str, ...]:
    starts = (0, *ends)
    return (
        *(f"over {low} to {high} days" for low, high in zip(starts, ends, strict=False)),
        f"over {ends[-1]} days",
    )


def _bin(length: timedelta | None, ends: Sequence[int], *, none: str) -> str:
    if length is None:
        return none
    place = sum(length > timedelta(days=end) for end in ends)
    return _bins(ends)[place]


def _count(
    name: str,
    title: str,
    population: Iterable[T],
    sort: Callable[[T], str],
    labels: Sequence[str],
    *,
    part_of: str | None = None,
) -> Table:
    found = [sort(one) for one in population]
    return Table(
        name=name,
        title=title,
        cells=tuple(Cell(label=label, count=found.count(label)) for label in labels),
        part_of=part_of,
    )
