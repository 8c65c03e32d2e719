"""What the software will ask of a submission, and when."""

from collections.abc import Iterator
from datetime import timedelta

from seatrial.core.timer import Timer
from seatrial.review.submission.events import Purged, WindowExpired, WindowWarned
from seatrial.review.submission.state import Stage, Submission, purge_due
from seatrial.review.submission.table import Command
from seatrial.review.submission.window import open_window


def submission_timers(state: Submission) -> tuple[Timer[Command], ...]:
    """Give the timers that the state calls for, the first due first.

    Every change of the state gives them anew: the worker forgets the old ones. The purge's
    `holds` are filled in when it is asked for, from the incidents of that moment.
    """
    return tuple(sorted(_timers(state), key=lambda timer: timer.at))


def _timers(state: Submission) -> Iterator[Timer[Command]]:
    due = purge_due(state)
    if due is not None and state.purged_at is None:
        yield Timer(at=due, wanted=Purged())
    if state.stage is not Stage.OPEN:
        return
    window = open_window(state)
    yield Timer(at=window.ends_at, wanted=WindowExpired())
    for days in state.rules.warning_days:
        at = window.ends_at - timedelta(days=days)
        # A window shorter than the warning needs none of it.
        if days not in window.warned and at > window.opened_at:
            yield Timer(at=at, wanted=WindowWarned(days=days))
