"""Every running clock has a timer; what is done or missed has none."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from made_up_case import DAY, POLICY, START, Driven, digest

from seatrial.review.incident import events as i
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.opening import start_clocks
from seatrial.review.incident.timers import incident_timers

CLOCKS = start_clocks(POLICY, START, ZoneInfo("UTC"))


def test_timers_follow_the_clocks() -> None:
    incident = Driven(aggregate=INCIDENT)
    incident.do(
        i.Opened(
            source=i.Source.HAND,
            case=None,
            title="t",
            account=digest("a"),
            known_at=START,
            policy=digest("p"),
            clocks=CLOCKS,
            affected=(),
        ),
        "evaluator",
    )
    first, *others = incident_timers(incident.state)
    assert first.at == START + 3 * DAY + timedelta(milliseconds=1)
    assert len(others) == 3

    incident.do(first.wanted, "timer", after=first.at - START)
    incident.do(i.ClockAnswered(clock="report", record=digest("r")), "evaluator")
    assert [one.wanted for one in incident_timers(incident.state)] == [
        i.ClockMissed(clock="material-notice"),
        i.ClockMissed(clock="follow-up"),
    ]

    for clock in ("first-notice", "material-notice", "follow-up"):
        incident.do(i.ClockAnswered(clock=clock, record=digest("r")), "evaluator")
    incident.do(i.EvidenceFrozen(evidence=(digest("e"),)), "timer")
    incident.do(i.Closed(lessons=digest("l")), "evaluator")
    assert incident_timers(incident.state) == ()
