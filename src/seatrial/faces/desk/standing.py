"""Who someone is at this moment, read from the ledger's rows; nothing of it is kept."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from seatrial.adapters.store.models import LedgerEntry
from seatrial.core.access.action import Phase
from seatrial.core.access.standing import CaseStanding, Standing, TokenScope
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PartyId, PersonId
from seatrial.core.ports import Clock
from seatrial.faces.desk.cases import streams_marked
from seatrial.review.lists import PERSON
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.state import (
    Party,
    Stage,
    has_conflict,
    nondisclosure_holds,
    person_of,
    roles_of,
)
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission, has_access
from seatrial.review.team.aggregate import TEAM, Team, member_of

OPERATOR = PartyId("operator")
"""The party that runs the programme; the first that a portal registers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whoever:
    """A person who signed in, or a token's holder."""

    person: PersonId
    token: TokenScope | None = None


def moment_of(ledger: Ledger, clock: Clock) -> datetime:
    """Give the time, no earlier than the ledger's last entry: a clock may have been set back."""
    now, written = clock.now(), ledger.head().at
    return now if written is None else max(now, written)


def party_of(ledger: Ledger, person: PersonId) -> Party | None:
    """Give the party that a person is in; of several, the one first registered.

    Not one that no longer takes part. Who came to two at the same moment is in the first for good:
    what happens in either does not change for whom they act.
    """
    return _present(parties_with(ledger, person), person)


def parties_with(ledger: Ledger, person: PersonId) -> tuple[Party, ...]:
    """Give the parties that a person is or was in, in the order in which they were registered."""
    marked = streams_marked(PARTY.name, person, sort=PERSON, past=None)
    streams = [f"{PARTY.name}/{name}" for name in marked]
    if len(streams) > 1:
        first = LedgerEntry.objects.filter(stream__in=streams, number=0).order_by("index")
        streams = list(first.values_list("stream", flat=True))
    states = (ledger.state(PARTY, StreamId(one))[0] for one in streams)
    return tuple(one for one in states if one)


def _present(parties: Sequence[Party], person: PersonId) -> Party | None:
    present = (one for one in parties if one.stage is Stage.MEMBER and person_of(one, person))
    return next(present, None)


def standing_of(
    ledger: Ledger, who: Whoever | None, case: CaseId | None, now: datetime
) -> Standing:
    """Say what decides on access: roles, place in the case, agreement, conflict.

    case: a submission's identity; None for what concerns no case.
    """
    if who is None:
        return Standing(person=None, party=None)
    parties = parties_with(ledger, who.person)
    party = _present(parties, who.person)
    known = _known(who, party)
    if case is None or party is None:
        return known
    team, _ = ledger.state(TEAM, StreamId(f"team/{case}"))
    state, _ = ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    return _in_case(known, party, parties, team, state, case=case, now=now)


def standings_of(
    ledger: Ledger, who: Whoever, cases: Collection[CaseId], now: datetime
) -> Iterator[tuple[Standing, CaseStanding]]:
    """Say what decides on access in each of some cases that are there, from one reading of all."""
    parties = parties_with(ledger, who.person)
    party = _present(parties, who.person)
    known = _known(who, party)
    submissions = ledger.states(SUBMISSION, [StreamId(f"submission/{one}") for one in cases])
    teams = ledger.states(TEAM, [StreamId(f"team/{one}") for one in cases])
    for case in cases:
        state = submissions.get(StreamId(f"submission/{case}"))
        if state is None:
            continue
        here = known
        if party is not None:
            team = teams.get(StreamId(f"team/{case}"))
            here = _in_case(known, party, parties, team, state, case=case, now=now)
        yield here, case_standing(case, state, now)


def _known(who: Whoever, party: Party | None) -> Standing:
    """Say what is known of a person outside of cases."""
    if party is None:
        return Standing(person=who.person, party=None, token=who.token)
    return Standing(
        person=who.person,
        party=party.party,
        roles=roles_of(party, who.person),
        operator=party.party == OPERATOR,
        token=who.token,
    )


def _in_case(
    known: Standing,
    party: Party,
    parties: Sequence[Party],
    team: Team | None,
    state: Submission | None,
    *,
    case: CaseId,
    now: datetime,
) -> Standing:
    person = known.person
    if person is None:
        return known
    member = member_of(team, person)
    agreement = state.terms.nondisclosure if state and state.terms else None
    # A place in the case is held for a party: who changed parties has left it.
    ours = member is not None and member.party == party.party
    return Standing(
        person=person,
        party=known.party,
        roles=known.roles,
        operator=known.operator,
        token=known.token,
        case=case if ours else None,
        case_role=member.role if member and ours else None,
        purposes=frozenset(member.purposes) if member and ours else frozenset(),
        nondisclosure=agreement is not None and nondisclosure_holds(party, person, agreement, now),
        # An interest goes along to another party; only somebody's finding ends it.
        conflict=any(has_conflict(one, person, case) for one in parties),
    )


def case_standing(
    case: CaseId, state: Submission, now: datetime, *, export_asked_by: PersonId | None = None
) -> CaseStanding:
    """Say how a case stands, as far as access depends on it."""
    return CaseStanding(
        case=case,
        developer=state.developer,
        phase=Phase(state.stage.value),
        window_open=has_access(state, now),
        purged=state.purged_at is not None,
        export_asked_by=export_asked_by,
    )
