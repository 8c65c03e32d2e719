"""Timers ask for what is due, in order, and each is taken at its moment and not before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_up_case import DAY, RULES, Driven, every_submission, submission_at

from seatrial.review.submission import events as e
from seatrial.review.submission.timers import submission_timers

MOMENT = timedelta(milliseconds=1)


def test_an_open_window_warns_and_expires() -> None:
    case = submission_at("open")
    timers = submission_timers(case.state)

    assert [((one.at - case.at).days, one.wanted) for one in timers] == [
        (13, e.WindowWarned(days=7)),
        (18, e.WindowWarned(days=2)),
        (20, e.WindowExpired()),
    ]


def test_a_short_window_has_no_warning_from_before_it_opened() -> None:
    case = submission_at("plan signed")
    case.do(e.AccessGranted(ends_at=case.at + 5 * DAY, credentials=RULES.policy), "developer")

    assert [one.wanted for one in submission_timers(case.state)] == [
        e.WindowWarned(days=2),
        e.WindowExpired(),
    ]


@pytest.mark.parametrize("step", [name for name, _ in every_submission()])
def test_every_timer_is_taken_at_its_moment_and_refused_before(step: str) -> None:
    case = dict(every_submission())[step]
    while timers := submission_timers(case.state):
        first = timers[0]
        early = Driven(aggregate=case.aggregate, state=case.state, at=case.at)
        if first.at - MOMENT > case.at:
            early.refused(first.wanted, "timer", first.at - MOMENT - case.at)
        case.do(first.wanted, "timer", after=max(first.at - case.at, 0 * DAY))
        assert case.at >= first.at


def test_a_purged_case_has_no_timers() -> None:
    case = submission_at("closed")
    case.state = replace(case.state, purged_at=case.at)

    assert submission_timers(case.state) == ()
