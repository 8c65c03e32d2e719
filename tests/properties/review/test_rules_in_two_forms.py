"""Teams and policies: what the rules take is what the same rules, over lists, find whole.

The second form knows no stages, tables or state. A list of what happened keeps the rules or breaks
them; a command must be taken exactly when the list with it at its end breaks none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from made_up_case import ACTORS, Driven, digest
from submission_history import Happened, History

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, fold, read_event
from seatrial.core.people import PartyId, PersonId, Role
from seatrial.review.programme.in_force import POLICY, PutInForce, in_force
from seatrial.review.team.aggregate import (
    TEAM,
    Assigned,
    Formed,
    Member,
    PurposesChanged,
    Released,
    member_of,
)

from .test_programme_machines import HOURS, QUICK

Rule = Callable[[History], Iterator[str]]
WHO = st.sampled_from(list(ACTORS))
NO_DIGEST = Digest("sha256:" + "A" * 64)


class TwoForms(RuleBasedStateMachine):
    """Holds every answer of the rules against their second form."""

    aggregate: Aggregate[Any, Any, Any]
    kept: Sequence[Rule]

    def __init__(self) -> None:
        super().__init__()
        self.driven = Driven(aggregate=self.aggregate)

    def ask(self, wanted: object, who: str = "official", hours: int = 0) -> None:
        after = timedelta(hours=hours)
        setting = self.driven.setting(who, after=after)
        happened = Happened(
            event=wanted, at=setting.at, person=setting.actor.person, party=setting.actor.party
        )
        would_be = [*self.history, happened]
        broken = [sentence for rule in self.kept for sentence in rule(would_be)]
        try:
            refused, given = "", self.driven.do(wanted, who, after=after)
        except NotPossibleError as error:
            refused, given = error.what, []
        assert bool(refused) == bool(broken), f"refused: {refused!r}; broken: {broken}"
        assert len(given) == (0 if broken else 1)

    @property
    def history(self) -> list[Happened]:
        return [
            Happened(
                event=read_event(self.aggregate, one, place="entry"),
                at=one.at,
                person=one.actor.person,
                party=one.actor.party,
            )
            for one in self.driven.entries
        ]

    @invariant()
    def state_is_the_fold_of_the_entries(self) -> None:
        assert fold(self.aggregate, self.driven.entries) == self.driven.state


def begins_with(kind: type[object]) -> Rule:
    """What begins it stands at the beginning, and nowhere else."""

    def begins_once(history: History) -> Iterator[str]:
        for place, one in enumerate(history):
            if (place == 0) != isinstance(one.event, kind):
                yield f"{type(one.event).__name__} at {place}"

    return begins_once


LAB = PartyId("lab")
PEOPLE = [PersonId("dana"), PersonId("eva"), PersonId("olaf")]
PURPOSES = st.lists(st.sampled_from(["evaluation", "determination", "audit"]), unique=True).map(
    tuple
)


def purposes_then(history: History) -> set[str]:
    """Give the purposes of the terms after a history."""
    named = [one.event for one in history if isinstance(one.event, Formed | PurposesChanged)]
    return set(named[-1].purposes) if named else set()


def present(history: History) -> dict[PersonId, Member]:
    """Give who is in the case: came more often than left. With what of its purposes is left."""
    found = {}
    for place, one in enumerate(history):
        if not isinstance(one.event, Assigned):
            continue
        member, later = one.event.member, [x.event for x in history[place + 1 :]]
        if any(isinstance(x, Released) and x.person == member.person for x in later):
            continue
        terms = [set(x.purposes) for x in later if isinstance(x, PurposesChanged)]
        kept = tuple(x for x in member.purposes if all(x in one for one in terms))
        found[member.person] = replace(member, purposes=kept)
    return found


def nobody_has_two_roles(history: History) -> Iterator[str]:
    for person in PEOPLE:
        moves = [
            type(one.event)
            for one in history
            if (isinstance(one.event, Assigned) and one.event.member.person == person)
            or (isinstance(one.event, Released) and one.event.person == person)
        ]
        if moves != [Assigned, Released] * (len(moves) // 2) + [Assigned] * (len(moves) % 2):
            yield f"{person} came and left as {moves}"


def sides_are_kept(history: History) -> Iterator[str]:
    for one in history:
        if isinstance(one.event, Assigned):
            member = one.event.member
            if (member.party == LAB) != (member.role is Role.DEVELOPER):
                yield f"{member.party} as {member.role}"


def purposes_are_the_terms(history: History) -> Iterator[str]:
    for place, one in enumerate(history):
        if isinstance(one.event, Assigned):
            member = one.event.member
            if not set(member.purposes) <= purposes_then(history[:place]):
                yield "a purpose beyond the terms"
            if not member.purposes and member.role is not Role.DEVELOPER:
                yield "no purpose"


class TeamMachine(TwoForms):
    aggregate = TEAM
    kept = (begins_with(Formed), nobody_has_two_roles, sides_are_kept, purposes_are_the_terms)

    @initialize(purposes=PURPOSES, formed=st.booleans())
    def begin(self, purposes: tuple[str, ...], *, formed: bool) -> None:
        if formed:
            self.ask(Formed(developer=LAB, purposes=purposes))

    @rule(purposes=PURPOSES, who=WHO, hours=HOURS)
    def form(self, purposes: tuple[str, ...], who: str, hours: int) -> None:
        self.ask(Formed(developer=LAB, purposes=purposes), who, hours)

    @rule(purposes=PURPOSES, who=WHO)
    def change_purposes(self, purposes: tuple[str, ...], who: str) -> None:
        self.ask(PurposesChanged(purposes=purposes), who)

    @rule(
        person=st.sampled_from(PEOPLE),
        party=st.sampled_from([LAB, PartyId("agency")]),
        role=st.sampled_from([Role.DEVELOPER, Role.EVALUATOR, Role.AUDITOR]),
        purposes=PURPOSES,
        who=WHO,
    )
    def assign(
        self, person: PersonId, party: PartyId, role: Role, purposes: tuple[str, ...], who: str
    ) -> None:
        self.ask(
            Assigned(member=Member(person=person, party=party, role=role, purposes=purposes)), who
        )

    @rule(person=st.sampled_from(PEOPLE), reads=st.booleans())
    def assign_what_fits(self, person: PersonId, *, reads: bool) -> None:
        """So that teams fill."""
        purposes = tuple(sorted(purposes_then(self.history)))[: 1 + reads]
        role, party = (Role.EVALUATOR, "agency") if purposes else (Role.DEVELOPER, LAB)
        member = Member(person=person, party=PartyId(party), role=role, purposes=purposes)
        self.ask(Assigned(member=member))

    @rule(person=st.sampled_from(PEOPLE), who=WHO)
    def release(self, person: PersonId, who: str) -> None:
        self.ask(Released(person=person, reason="So."), who)

    @invariant()
    def members_are_those_who_came_and_did_not_leave(self) -> None:
        if self.driven.entries:
            there = present(self.history)
            assert {one.person: one for one in self.driven.state.members} == there
            for person in PEOPLE:
                assert member_of(self.driven.state, person) == there.get(person)
            for one in there.values():
                assert set(one.purposes) <= purposes_then(self.history)

    @invariant()
    def who_left_is_kept_as_they_left(self) -> None:
        if self.driven.entries:
            history = self.history
            assert list(self.driven.state.past) == [
                present(history[:place])[one.event.person]
                for place, one in enumerate(history)
                if isinstance(one.event, Released)
            ]


DIGESTS = st.sampled_from([digest("p"), digest("q"), digest("r"), NO_DIGEST])


def put_in_full(history: History) -> Iterator[str]:
    for one in history:
        event = one.event
        if isinstance(event, PutInForce) and (
            event.digest == NO_DIGEST or not event.version.strip() or not event.reason.strip()
        ):
            yield "without digest, version or reason"


def a_version_is_one_file(history: History) -> Iterator[str]:
    put = [one.event for one in history if isinstance(one.event, PutInForce)]
    files = {(one.version, one.digest) for one in put}
    if len({version for version, _ in files}) < len(files):
        yield "two files of one version"


def each_takes_the_place_of_another(history: History) -> Iterator[str]:
    digests = [one.event.digest for one in history if isinstance(one.event, PutInForce)]
    if any(one == other for one, other in pairwise(digests)):
        yield "in force already"


def a_change_is_a_persons(history: History) -> Iterator[str]:
    if any(one.person is None for one in history[1:]):
        yield "changed by the software"


class PolicyMachine(TwoForms):
    aggregate = POLICY
    kept = (
        put_in_full,
        a_version_is_one_file,
        each_takes_the_place_of_another,
        a_change_is_a_persons,
    )

    @rule(
        of=DIGESTS,
        version=st.sampled_from(["1", "2", "3", "  "]),
        reason=st.sampled_from(["Yearly.", "Yearly.", "Yearly.", ""]),
        who=WHO,
        hours=HOURS,
    )
    def put(self, of: Digest, version: str, reason: str, who: str, hours: int) -> None:
        wanted = PutInForce(digest=of, name="n", version=version, issuer="i", reason=reason)
        self.ask(wanted, who, hours)

    @rule(of=st.sampled_from(["p", "q", "r"]), hours=HOURS)
    def put_its_own_version(self, of: str, hours: int) -> None:
        """So that there are long histories, with policies that come back."""
        wanted = PutInForce(digest=digest(of), name="n", version=of, issuer="i", reason="So.")
        self.ask(wanted, "official", hours)

    @invariant()
    def at_each_moment_the_last_put_before_it_is_in_force(self) -> None:
        history = self.history
        for moment in {one.at for one in history}:
            for at in (moment - timedelta(milliseconds=1), moment, moment + timedelta(hours=1)):
                put = [one.event for one in history if one.at <= at]
                assert in_force(self.driven.state, at) == (put[-1] if put else None)


for machine in (TeamMachine, PolicyMachine):
    machine.TestCase.settings = QUICK

TestTeam = TeamMachine.TestCase
TestPolicy = PolicyMachine.TestCase
