"""Figures count what happened; every submission is in one cell of each table about it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from made_up_case import (
    DAY,
    DETERMINED,
    POLICY,
    START,
    Driven,
    digest,
    every_submission,
    submission_at,
)

from seatrial.review.incident import events as i
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.opening import start_clocks
from seatrial.review.incident.state import Incident
from seatrial.review.submission.state import Submission
from seatrial.review.transparency.figures import publish, tables
from seatrial.review.transparency.suppression import Table

EVERY = [case.state for _, case in every_submission()]


def counts(table: Table) -> dict[str, int]:
    return {cell.label: cell.count for cell in table.cells if cell.count}


def by_name(submissions: list[Submission], incidents: list[Incident]) -> dict[str, dict[str, int]]:
    return {one.name: counts(one) for one in tables(submissions, incidents)}


def incident(*, days: int | None, answered: int | None = None) -> Incident:
    """Give an incident that was closed after some days. answered: its clocks, after fewer."""
    driven = Driven(aggregate=INCIDENT)
    clocks = start_clocks(POLICY, START, ZoneInfo("UTC"))
    driven.do(
        i.Opened(
            source=i.Source.ALERT,
            case=None,
            title="t",
            account=digest("a"),
            known_at=START,
            policy=digest("p"),
            clocks=clocks,
            affected=(),
        ),
        "timer",
    )
    if days is not None:
        early = days if answered is None else answered
        driven.at += early * DAY
        for one in clocks:
            driven.do(i.ClockAnswered(clock=one.name, record=digest("r")), "evaluator")
        driven.at += (days - early) * DAY
        driven.do(i.EvidenceFrozen(evidence=(digest("e"),)), "timer")
        driven.do(i.Closed(lessons=digest("l")), "evaluator")
    state = driven.state
    assert isinstance(state, Incident)
    return state


def test_submissions_are_counted_by_outcome_and_window() -> None:
    """Of the seventeen made-up cases one is a mere draft: it was never offered to anyone."""
    found = by_name(EVERY, [])

    assert found["outcomes"] == {
        "in progress": 12,
        "declined": 1,
        "withdrawn": 1,
        "determined: covered": 2,
    }
    assert found["agreement"] == {"follows it": 2}
    assert found["objections"] == {"did not object": 2}
    assert found["window"] == {"over 10 to 20 days": 2}


def test_a_window_of_an_exact_number_of_days_is_in_the_lower_bin() -> None:
    state = submission_at("determined").state
    ended = replace(state.window, ended_at=state.window.opened_at + 5 * DAY)

    found = by_name([replace(state, window=ended)], [])
    assert found["window"] == {"over 0 to 5 days": 1}


def test_incidents_are_counted_by_time_to_close_and_clocks() -> None:
    found = by_name([], [incident(days=None), incident(days=2), incident(days=91)])

    assert found["fixes"] == {"open": 1, "over 0 to 3 days": 1, "over 90 days": 1}
    assert found["incidents"] == {"alert": 3}
    assert found["clocks"] == {"met all": 1, "missed one": 1}


def test_a_few_submissions_give_no_figures() -> None:
    for one in publish(EVERY[-3:], [], minimum=5):
        assert all(not cell.count for cell in one.cells)
        assert not one.total


def test_many_submissions_give_figures() -> None:
    differing = submission_at("recommended")
    differing.do(replace(DETERMINED, agrees=False), "official", after=5 * DAY)
    many = [submission_at("closed").state] * 7 + [differing.state] * 6

    found = {one.name: one for one in publish(many, [], minimum=5)}
    assert [cell.count for cell in found["agreement"].cells] == [7, 6]
    assert found["agreement"].total == 13
