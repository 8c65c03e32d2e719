"""What the software will ask of an incident, and when."""

from collections.abc import Iterator
from datetime import timedelta

from seatrial.core.timer import Timer
from seatrial.review.incident.events import ClockMissed, Event
from seatrial.review.incident.state import ClockStanding, Incident, Stage

_JUST_AFTER = timedelta(milliseconds=1)
"""A duty done at the due moment itself is done in time."""


def incident_timers(state: Incident) -> tuple[Timer[Event], ...]:
    """Give a timer for every clock that runs, the first due first."""
    if state.stage is not Stage.OPEN:
        return ()
    return tuple(sorted(_timers(state), key=lambda timer: timer.at))


def _timers(state: Incident) -> Iterator[Timer[Event]]:
    for one in state.clocks:
        if one.standing is ClockStanding.RUNNING:
            missed = ClockMissed(clock=one.clock.name)
            yield Timer(at=one.clock.due + _JUST_AFTER, wanted=missed)
