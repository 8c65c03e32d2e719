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
    """Give the figures before small groups are hidden. Not for publication.

    Each counts submissions or incidents, never what one of them has several of: four clocks of one
    incident are no group. And none counts a population of its own beside another's: how many
    submissions had a window, less those that were determined, is a cell of withdrawals that no
    rule hides. A table is about all, or about one stated part and of the table that shows it.
    """
    offered = [one for one in submissions if one.terms is not None]
    determined = [one for one in offered if one.determination]
    closed = [one for one in incidents if one.closed_at]
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
            "Determinations by days of the window used",
            determined,
            lambda one: _bin(_days_used(one), WINDOW_DAYS),
            _bins(WINDOW_DAYS),
            part_of="outcomes",
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
            lambda one: _bin(one.closed_at - one.opened_at, FIX_DAYS) if one.closed_at else "open",
            ("open", *_bins(FIX_DAYS)),
        ),
        _count(
            "clocks",
            "Closed incidents by their clocks",
            closed,
            lambda one: "missed one" if _missed(one) else "met all",
            ("met all", "missed one"),
            part_of="fixes",
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


def _days_used(one: Submission) -> timedelta:
    """Give how long access lasted; until its planned end while it lasts.

    Raises: TypeError for a submission that never gave access.
    """
    if one.window is None:
        raise TypeError("what is determined was tried, and had a window for it")
    return (one.window.ended_at or one.window.ends_at) - one.window.opened_at


def _missed(one: Incident) -> bool:
    return any(clock.standing is ClockStanding.MISSED for clock in one.clocks)


def _bins(ends: Sequence[int]) -> tuple[str, ...]:
    starts = (0, *ends)
    return (
        *(f"over {low} to {high} days" for low, high in zip(starts, ends, strict=False)),
        f"over {ends[-1]} days",
    )


def _bin(length: timedelta, ends: Sequence[int]) -> str:
    return _bins(ends)[sum(length > timedelta(days=end) for end in ends)]


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
