"""Clocks start from the policy, each is met or missed, and nothing closes before its duties."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from made_up_case import DAY, POLICY, START, Driven, digest

from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId, PartyId
from seatrial.core.record import from_json, to_json
from seatrial.review.incident import events as i
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.opening import start_clocks
from seatrial.review.incident.state import ClockStanding, Incident, Stage, holds_evidence

CLOCKS = start_clocks(POLICY, START, ZoneInfo("America/New_York"))
OPENED = i.Opened(
    source=i.Source.ALERT,
    case=CaseId("case-1"),
    title="Endpoint details seen in a transcript",
    account=digest("account"),
    known_at=START,
    policy=digest("policy"),
    clocks=CLOCKS,
    affected=(PartyId("lab"),),
)
NOTIFIED = i.PartyNotified(party=PartyId("lab"), text=digest("letter"))
CLOSED = i.Closed(lessons=digest("lessons"))


def answered(clock: str) -> i.ClockAnswered:
    return i.ClockAnswered(clock=clock, record=digest(clock))


@pytest.fixture
def incident() -> Driven:
    driven = Driven(aggregate=INCIDENT)
    driven.do(OPENED, "timer")
    return driven


def standings(incident: Driven) -> list[ClockStanding]:
    return [one.standing for one in incident.state.clocks]


def test_the_four_clocks_start_from_the_policy() -> None:
    assert [(one.name, show_moment(one.due)) for one in CLOCKS] == [
        ("first-notice", "2026-06-05T14:00:00.000Z"),
        ("material-notice", "2026-06-09T03:59:59.999Z"),
        ("report", "2026-07-02T14:00:00.000Z"),
        ("follow-up", "2026-08-31T14:00:00.000Z"),
    ]


def test_a_clock_is_met_until_it_is_due_and_missed_after(incident: Driven) -> None:
    assert incident.do(answered("first-notice"), "evaluator", after=3 * DAY) == [
        "incident.clock-answered"
    ]
    assert incident.do(answered("material-notice"), "evaluator", after=4 * DAY) == [
        "incident.clock-missed",
        "incident.clock-answered",
    ]
    running, met, missed = ClockStanding.RUNNING, ClockStanding.MET, ClockStanding.MISSED
    assert standings(incident) == [met, missed, running, running]
    assert incident.refused(answered("x"), "evaluator") == "There is no clock 'x'."
    assert incident.refused(answered("first-notice"), "evaluator") == "first-notice is done."


def test_a_timer_enters_a_miss_after_its_time_and_once(incident: Driven) -> None:
    miss = i.ClockMissed(clock="first-notice")
    assert incident.refused(miss, "timer", 3 * DAY) == (
        "first-notice runs until 2026-06-05T14:00:00.000Z."
    )
    assert "only be entered by a timer" in incident.refused(miss, "evaluator", 4 * DAY)

    incident.do(miss, "timer", after=3 * DAY + timedelta(milliseconds=1))
    assert incident.refused(miss, "timer") == "first-notice is missed."
    assert incident.do(answered("first-notice"), "evaluator") == ["incident.clock-answered"]
    assert standings(incident)[0] is ClockStanding.MISSED


def test_closes_when_every_duty_is_done(incident: Driven) -> None:
    assert incident.refused(CLOSED, "evaluator") == (
        "These clocks wait for what they ask: first-notice, material-notice, report, follow-up."
    )
    for clock in CLOCKS:
        incident.do(answered(clock.name), "evaluator")
    incident.do(i.PartyAffected(party=PartyId("cloud")), "evaluator")
    incident.do(NOTIFIED, "evaluator")
    assert incident.refused(CLOSED, "evaluator") == ("These affected parties were not told: cloud.")
    incident.do(replace(NOTIFIED, party=PartyId("cloud")), "evaluator")
    assert incident.refused(CLOSED, "evaluator") == "No evidence was frozen."
    assert not holds_evidence(incident.state)
    incident.do(i.EvidenceFrozen(evidence=(digest("log"),)), "timer")
    incident.do(i.EvidenceFrozen(evidence=(digest("log"), digest("journal"))), "timer")
    assert holds_evidence(incident.state)
    assert len(incident.state.evidence) == 2
    incident.do(CLOSED, "evaluator")

    assert incident.state.stage is Stage.CLOSED
    assert not holds_evidence(incident.state)
    assert from_json(Incident, to_json(incident.state), place="row") == incident.state


def test_a_rescan_after_years_can_reopen_it(incident: Driven) -> None:
    for clock in CLOCKS:
        incident.do(answered(clock.name), "evaluator")
    incident.do(NOTIFIED, "evaluator")
    incident.do(i.EvidenceFrozen(evidence=(digest("log"),)), "timer")
    incident.do(CLOSED, "evaluator")
    scan = i.Rescanned(
        detector="split-secret", version="2", scanned=400, found=1, record=digest("scan")
    )
    incident.do(scan, "timer", after=800 * DAY)
    incident.do(i.Reopened(reason="One transcript shows it."), "evaluator")

    assert (incident.state.stage, incident.state.rescans) == (Stage.OPEN, (scan,))


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (replace(NOTIFIED, party=PartyId("x")),
         "x is not among the affected, or the text has no digest."),
        (i.PartyAffected(party=PartyId("lab")), "lab is among the affected."),
        (i.EvidenceFrozen(evidence=()), "Evidence is frozen by digest, at least one."),
        (i.Rescanned(detector="d", version="1", scanned=1, found=2, record=digest("r")),
         "A rescan of 1 samples cannot have found 2."),
        (i.Reopened(reason="x"), "The incident is open: reopened is not possible now."),
    ],
)  # fmt: skip
def test_a_refusal_says_why(incident: Driven, wanted: object, sentence: str) -> None:
    assert incident.refused(wanted, "evaluator") == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"known_at": START + DAY},
         "The incident would be known at 2026-06-03T14:00:00.000Z, in the future."),
        ({"clocks": ()}, "An incident has the policy's clocks, each once."),
        ({"clocks": (CLOCKS[0], CLOCKS[0])}, "An incident has the policy's clocks, each once."),
        ({"clocks": (replace(CLOCKS[0], due=START),)},
         "A clock would be due before the incident was known."),
        ({"title": ""}, "An incident needs a title, a sealed account and the policy's digest."),
    ],
)  # fmt: skip
def test_an_opening_that_makes_no_sense_is_refused(
    change: dict[str, object], sentence: str
) -> None:
    wanted = replace(OPENED, **change)  # type: ignore[arg-type]  # the parameters are of its fields

    assert Driven(aggregate=INCIDENT).refused(wanted, "evaluator") == sentence
