"""Timers whose time has come, also when nobody looked for long."""

from datetime import timedelta

from made_up_case import DAY, START, submission_at

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.timer import Timer, due_timers
from seatrial.review.submission.timers import submission_timers


def test_what_is_due_comes_in_order_and_nothing_else() -> None:
    timers = [Timer(at=START + days * DAY, wanted=days) for days in (3, 1, 2)]

    assert [one.wanted for one in due_timers(timers, START + 2 * DAY)] == [1, 2]
    assert due_timers(timers, START) == ()


def test_a_window_that_ended_while_nobody_looked_expires_without_its_warnings() -> None:
    case = submission_at("open")
    late = timedelta(days=40)
    refused = []
    for timer in due_timers(submission_timers(case.state), case.at + late):
        try:
            case.do(timer.wanted, "timer", after=late)
        except NotPossibleError:
            refused.append(type(timer.wanted).__name__)

    assert set(refused) == {"WindowWarned"}
    assert case.kinds[-2:] == ["submission.window-expired", "submission.access-revoked"]
