"""Parties, incidents, certificates, inquiries: histories keep rules written a second time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from made_up_case import ACTORS, DAY, POLICY, START, Driven, digest, submission_at

from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, fold, read_event
from seatrial.core.ledger.entry import Entry
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.review.certificate import events as c
from seatrial.review.certificate.aggregate import CERTIFICATE, Standing, standing
from seatrial.review.certificate.issue import certificate_for
from seatrial.review.coverage import events as q
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.incident import events as i
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.opening import start_clocks
from seatrial.review.incident.state import holds_evidence
from seatrial.review.party import events as p
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.state import has_conflict, nondisclosure_holds, roles_of
from seatrial.review.submission.work_events import Finding

HOURS = st.sampled_from([0, 1, 30, 24 * 4, 24 * 31, 24 * 400])
QUICK = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Machine(RuleBasedStateMachine):
    """Asks for anything by anyone, and looks at what happened."""

    aggregate: Aggregate[Any, Any, Any]
    first: object
    commands: st.SearchStrategy[Any]

    @initialize()
    def begin(self) -> None:
        self.driven = Driven(aggregate=self.aggregate)
        self.driven.do(self.first, "official")

    @rule(data=st.data(), who=st.sampled_from(list(ACTORS)), hours=HOURS)
    def ask(self, data: st.DataObject, who: str, hours: int) -> None:
        try:
            self.driven.do(data.draw(self.commands), who, after=timedelta(hours=hours))
        except NotPossibleError:
            return

    @invariant()
    def state_is_the_fold_of_the_entries(self) -> None:
        assert fold(self.aggregate, self.driven.entries) == self.driven.state

    def happened(self, *kinds: type[Any]) -> list[tuple[int, Any, Entry]]:
        """Give events of these kinds with their places and entries, in order."""
        read = (
            (n, read_event(self.aggregate, entry, place="entry"), entry)
            for n, entry in enumerate(self.driven.entries)
        )
        return [one for one in read if isinstance(one[1], kinds)]

    def places(self, *kinds: type[Any]) -> list[int]:
        return [n for n, _, _ in self.happened(*kinds)]


PEOPLE = st.sampled_from([PersonId("dana"), PersonId("eva")])
ROLES = st.sampled_from([Role.EVALUATOR, Role.ADMINISTRATOR, Role.AUDITOR])
NAMES = st.sampled_from(["i1", "i2"])
CASES = [CaseId("c1"), CaseId("c2")]
CODES = NAMES.map(digest)


class PartyMachine(Machine):
    aggregate = PARTY
    first = p.Registered(
        party=PartyId("agency"), name="Agency", roles=(Role.EVALUATOR, Role.ADMINISTRATOR)
    )
    commands = st.one_of(
        st.builds(
            p.PersonInvited,
            invitation=NAMES,
            code=CODES,
            role=ROLES,
            expires_at=st.integers(0, 60).map(lambda days: START + days * DAY),
        ),
        st.builds(p.InvitationTakenBack, invitation=NAMES),
        st.builds(p.InvitationAccepted, invitation=NAMES, person=PEOPLE, code=CODES),
        st.builds(p.RoleGiven, person=PEOPLE, role=ROLES),
        st.builds(p.RoleTaken, person=PEOPLE, role=ROLES),
        st.builds(
            p.NondisclosureSigned,
            person=PEOPLE,
            agreement=CODES,
            until=st.integers(0, 90).map(lambda days: START + days * DAY),
        ),
        st.builds(p.NondisclosureEnded, person=PEOPLE, agreement=CODES, reason=st.just("So.")),
        st.builds(
            p.ConflictDeclared, person=PEOPLE, case=st.sampled_from(CASES), nature=st.just("x")
        ),
        st.builds(p.ConflictResolved, person=PEOPLE, case=st.sampled_from(CASES), how=st.just("x")),
        st.builds(p.PersonLeft, person=PEOPLE),
    )

    @invariant()
    def an_invitation_is_used_once_in_time_with_its_code(self) -> None:
        for place, event, entry in self.happened(p.InvitationAccepted):
            invited = [
                one
                for n, one, _ in self.happened(p.PersonInvited)
                if one.invitation == event.invitation and n < place
            ]
            assert [one.code for one in invited] == [event.code]
            assert entry.at < invited[0].expires_at
            assert entry.actor.person == event.person
            over = [
                one.invitation
                for _, one, _ in self.happened(p.InvitationAccepted, p.InvitationTakenBack)
            ]
            assert over.count(event.invitation) == 1

    @invariant()
    def a_person_has_the_roles_that_came_last(self) -> None:
        invited = {one.invitation: one.role for _, one, _ in self.happened(p.PersonInvited)}
        for person in ("dana", "eva"):
            left = max(
                (n for n, one, _ in self.happened(p.PersonLeft) if one.person == person),
                default=-1,
            )
            roles = set()
            for n, one, _ in self.happened(p.InvitationAccepted, p.RoleGiven, p.RoleTaken):
                if one.person != person or n < left:
                    continue
                if isinstance(one, p.RoleTaken):
                    roles.discard(one.role)
                elif isinstance(one, p.RoleGiven):
                    roles.add(one.role)
                else:
                    roles.add(invited[one.invitation])
            assert roles_of(self.driven.state, PersonId(person)) == roles
            assert roles <= {Role.EVALUATOR, Role.ADMINISTRATOR}

    @invariant()
    def conflicts_exclude_while_more_are_declared_than_resolved(self) -> None:
        for person in ("dana", "eva"):
            for case in CASES:
                about = [
                    (one, entry)
                    for _, one, entry in self.happened(p.ConflictDeclared, p.ConflictResolved)
                    if (one.person, one.case) == (person, case)
                ]
                declared = sum(isinstance(one, p.ConflictDeclared) for one, _ in about)
                excluded = declared > len(about) - declared
                assert has_conflict(self.driven.state, PersonId(person), case) == excluded
                for one, entry in about:
                    if isinstance(one, p.ConflictResolved):
                        assert entry.actor.person not in (None, person)

    @invariant()
    def agreements_hold_from_signature_to_end(self) -> None:
        now = self.driven.at
        for person in ("dana", "eva"):
            for agreement in (digest("i1"), digest("i2")):
                ended = max(
                    (
                        n
                        for n, one, _ in self.happened(p.PersonLeft, p.NondisclosureEnded)
                        if one.person == person
                        and getattr(one, "agreement", agreement) == agreement
                    ),
                    default=-1,
                )
                holds = any(
                    n > ended and one.person == person and one.agreement == agreement
                    and now < one.until and entry.actor.person == person
                    for n, one, entry in self.happened(p.NondisclosureSigned)
                )  # fmt: skip
                found = nondisclosure_holds(self.driven.state, PersonId(person), agreement, now)
                assert found == holds


CLOCKS = start_clocks(POLICY, START, ZoneInfo("America/New_York"))
CLOCK_NAMES = st.sampled_from([one.name for one in CLOCKS])
PARTIES = st.sampled_from([PartyId("lab"), PartyId("cloud")])


class IncidentMachine(Machine):
    aggregate = INCIDENT
    first = i.Opened(
        source=i.Source.HAND,
        case=None,
        title="t",
        account=digest("a"),
        known_at=START,
        policy=digest("p"),
        clocks=CLOCKS,
        affected=(PartyId("lab"),),
    )
    commands = st.one_of(
        st.builds(i.ClockAnswered, clock=CLOCK_NAMES, record=st.just(digest("r"))),
        st.builds(i.ClockMissed, clock=CLOCK_NAMES),
        st.builds(i.PartyAffected, party=PARTIES),
        st.builds(i.PartyNotified, party=PARTIES, text=st.just(digest("t"))),
        st.just(i.EvidenceFrozen(evidence=(digest("e"),))),
        st.just(i.Closed(lessons=digest("l"))),
        st.just(i.Reopened(reason="x")),
        st.just(i.Rescanned(detector="d", version="1", scanned=2, found=1, record=digest("r"))),
    )

    @rule()
    def do_every_duty(self) -> None:
        """So that closing is reached."""
        for wanted in (
            *(i.ClockAnswered(clock=one.name, record=digest("r")) for one in CLOCKS),
            *(i.PartyNotified(party=one, text=digest("t")) for one in self.driven.state.affected),
        ):
            try:
                self.driven.do(wanted, "evaluator")
            except NotPossibleError:
                continue

    @invariant()
    def a_clock_is_missed_when_nothing_was_done_by_its_time(self) -> None:
        for running in self.driven.state.clocks:
            name, due = running.clock.name, running.clock.due
            done = [x.at for _, one, x in self.happened(i.ClockAnswered) if one.clock == name]
            missed = [x.at for _, one, x in self.happened(i.ClockMissed) if one.clock == name]
            assert len(done) <= 1
            assert len(missed) <= 1
            assert all(at > due for at in missed)
            if done:
                assert bool(missed) == (done[0] > due)
            standing_of = "missed" if missed else "met" if done else "running"
            assert running.standing == standing_of

    @invariant()
    def closing_comes_after_every_duty(self) -> None:
        for place in self.places(i.Closed):
            before = [one for n, one, _ in self.happened(object) if n < place]
            told = {one.party for one in before if isinstance(one, i.PartyNotified)}
            affected = {one.party for one in before if isinstance(one, i.PartyAffected)}
            answered = {one.clock for one in before if isinstance(one, i.ClockAnswered)}
            assert told >= affected | {PartyId("lab")}
            assert answered == {one.name for one in CLOCKS}
            assert any(isinstance(one, i.EvidenceFrozen) for one in before)

    @invariant()
    def a_closed_incident_is_only_rescanned_or_reopened(self) -> None:
        events = [one for _, one, _ in self.happened(object)]
        closed = False
        for one in events:
            assert not closed or isinstance(one, i.Rescanned | i.Reopened)
            closed = isinstance(one, i.Closed) or (closed and not isinstance(one, i.Reopened))
        frozen = any(isinstance(one, i.EvidenceFrozen) for one in events)
        assert holds_evidence(self.driven.state) == (frozen and not closed)


DETERMINED = submission_at("determined")
ISSUED = certificate_for(
    DETERMINED.state,
    case=CaseId("case"),
    expires_at=START + 100 * DAY,
    code=digest("code"),
    policy=POLICY,
    policy_digest=digest("policy"),
)


class CertificateMachine(Machine):
    aggregate = CERTIFICATE
    first = ISSUED
    commands = st.one_of(
        st.just(ISSUED),
        st.just(replace(ISSUED, retest=())),
        st.sampled_from([*ISSUED.retest, "rain"]).map(
            lambda one: c.RetestTriggered(trigger=one, note="")
        ),
        st.just(c.Revoked(reason="Wrong digest.")),
        st.just(c.Superseded(by="2")),
    )

    @invariant()
    def nothing_happens_after_its_end(self) -> None:
        ends = self.places(c.Revoked, c.Superseded)
        assert ends in ([], [len(self.driven.entries) - 1])
        assert self.places(c.Issued) == [0]

    @invariant()
    def it_stands_as_the_last_event_and_the_moment_say(self) -> None:
        *_, (_, last, _) = self.happened(object)
        found = standing(self.driven.state, self.driven.at)
        if isinstance(last, c.Revoked):
            assert found is Standing.REVOKED
        elif isinstance(last, c.Superseded):
            assert found is Standing.SUPERSEDED
        elif self.driven.at >= START + 100 * DAY:
            assert found is Standing.EXPIRED
        else:
            assert (found is Standing.RETEST_DUE) == bool(self.places(c.RetestTriggered))


class CoverageMachine(Machine):
    aggregate = COVERAGE
    commands = st.one_of(
        st.just(q.FactsAsked(question="How?")),
        st.just(q.FactsGiven(facts=digest("f"))),
        st.just(q.TakenBack()),
        PEOPLE.map(
            lambda one: q.Answered(
                official=one, office="Director", answer=Finding.COVERED, reasons="So."
            )
        ),
    )

    @initialize()
    def begin(self) -> None:
        self.driven = Driven(aggregate=COVERAGE)
        self.driven.do(q.Asked(name="M", facts=digest("f")), "developer")

    @invariant()
    def it_is_answered_once_by_the_named_official_of_the_programme(self) -> None:
        ends: Sequence[Any] = self.happened(q.Answered, q.TakenBack)
        assert len(ends) <= 1
        for place, event, entry in ends:
            assert place == len(self.driven.entries) - 1
            if isinstance(event, q.Answered):
                assert (entry.actor.person, entry.actor.party) == (event.official, "agency")
            else:
                assert entry.actor.party == "lab"


for machine in (PartyMachine, IncidentMachine, CertificateMachine, CoverageMachine):
    machine.TestCase.settings = QUICK

TestParty = PartyMachine.TestCase
TestIncident = IncidentMachine.TestCase
TestCertificate = CertificateMachine.TestCase
TestCoverage = CoverageMachine.TestCase
