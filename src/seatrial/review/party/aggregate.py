"""The party as an aggregate: what it is after an event."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never, get_args

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.people import PersonId
from seatrial.core.stages import kind_names
from seatrial.review.party.decide import decide
from seatrial.review.party.events import (
    ConflictDeclared,
    ConflictResolved,
    Event,
    InvitationAccepted,
    InvitationTakenBack,
    NondisclosureEnded,
    NondisclosureSigned,
    PartyLeft,
    PersonInvited,
    PersonLeft,
    Registered,
    RoleGiven,
    RoleTaken,
)
from seatrial.review.party.state import STAGES, Agreement, Conflict, Invitation, Party, Person


def evolve(state: Party | None, event: Event, setting: Setting) -> Party:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    """Give the party after an event that `decide` gave."""
    stage = STAGES[type(event)][state.stage if state else None]
    if state is None:
        if not isinstance(event, Registered):
            raise TypeError("the table lets a party begin by being registered only")
        return Party(stage=stage, party=event.party, name=event.name, roles=event.roles)
    match event:
        case Registered():
            return state
        case PersonInvited():
            new = Invitation(
                invitation=event.invitation,
                code=event.code,
                role=event.role,
                expires_at=event.expires_at,
            )
            return replace(state, invitations=(*state.invitations, new))
        case InvitationTakenBack():
            return _use(state, event.invitation)
        case InvitationAccepted():
            return _join(state, event)
        case RoleGiven():
            return _with(state, event.person, lambda p: replace(p, roles=(*p.roles, event.role)))
        case RoleTaken():
            return _with(
                state,
                event.person,
                lambda p: replace(p, roles=tuple(one for one in p.roles if one != event.role)),
            )
        case NondisclosureSigned():
            signed = Agreement(agreement=event.agreement, signed_at=setting.at, until=event.until)
            return _with(
                state, event.person, lambda p: replace(p, agreements=(*p.agreements, signed))
            )
        case NondisclosureEnded():
            return _with(state, event.person, lambda p: _end_agreement(p, event))
        case ConflictDeclared():
            conflict = Conflict(case=event.case, nature=event.nature)
            return _with(
                state, event.person, lambda p: replace(p, conflicts=(*p.conflicts, conflict))
            )
        case ConflictResolved():
            return _with(state, event.person, lambda p: _resolve(p, event))
        case PersonLeft():
            return _with(
                state, event.person, lambda p: replace(p, roles=(), agreements=(), left=True)
            )
        case PartyLeft():
            return replace(state, stage=stage, invitations=())
        case _:
            assert_never(event)


def _with(state: Party, person: PersonId, change: Callable[[Person], Person]) -> Party:
    return replace(
        state,
        people=tuple(change(one) if one.person == person else one for one in state.people),
    )


def _use(state: Party, invitation: str) -> Party:
    left = tuple(one for one in state.invitations if one.invitation != invitation)
    return replace(state, invitations=left, used=(*state.used, invitation))


def _join(state: Party, event: InvitationAccepted) -> Party:
    roles = tuple(one.role for one in state.invitations if one.invitation == event.invitation)
    moved = _use(state, event.invitation)
    if any(one.person == event.person for one in state.people):
        # Somebody who left comes back: conflicts are still theirs.
        return _with(moved, event.person, lambda p: replace(p, roles=roles, left=False))
    return replace(moved, people=(*state.people, Person(person=event.person, roles=roles)))


def _end_agreement(person: Person, event: NondisclosureEnded) -> Person:
    return replace(
        person,
        agreements=tuple(
            replace(one, ended=True) if one.agreement == event.agreement else one
            for one in person.agreements
        ),
    )


def _resolve(person: Person, event: ConflictResolved) -> Person:
    return replace(
        person,
        conflicts=tuple(
            replace(one, resolved=event.how)
            if one.case == event.case and one.resolved is None
            else one
            for one in person.conflicts
        ),
    )


PARTY: Aggregate[Party | None, Event, Event] = Aggregate(
    name="party",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
