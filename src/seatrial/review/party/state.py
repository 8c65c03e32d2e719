"""What a party is, and what its people may rest on at a moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.core.stages import Table, lead, stay
from seatrial.review.party.events import (
    ConflictDeclared,
    ConflictResolved,
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


class Stage(StrEnum):
    """Whether the party takes part."""

    MEMBER = "member"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation that is neither used nor taken back."""

    invitation: str
    code: Digest
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A signed nondisclosure agreement. ended: before its time."""

    agreement: Digest
    signed_at: datetime
    until: datetime
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A declared conflict of interest. resolved: how; None while it excludes."""

    case: CaseId
    nature: str
    resolved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the party. left: no roles, no agreements; conflicts stay on record."""

    person: PersonId
    roles: tuple[Role, ...]
    agreements: tuple[Agreement, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party. used: names of invitations that are over."""

    stage: Stage
    party: PartyId
    name: str
    roles: tuple[Role, ...]
    people: tuple[Person, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    used: tuple[str, ...] = ()


STAGES: Table[Stage] = {
    Registered: {None: Stage.MEMBER},
    PersonInvited: stay(Stage.MEMBER),
    InvitationTakenBack: stay(Stage.MEMBER),
    InvitationAccepted: stay(Stage.MEMBER),
    RoleGiven: stay(Stage.MEMBER),
    RoleTaken: stay(Stage.MEMBER),
    NondisclosureSigned: stay(Stage.MEMBER),
    # Agreements and conflicts can be closed after the party has left.
    NondisclosureEnded: stay(Stage.MEMBER, Stage.LEFT),
    ConflictDeclared: stay(Stage.MEMBER),
    ConflictResolved: stay(Stage.MEMBER, Stage.LEFT),
    PersonLeft: stay(Stage.MEMBER),
    PartyLeft: lead(Stage.LEFT, Stage.MEMBER),
}


def person_of(state: Party, person: PersonId) -> Person | None:
    """Give a person who is in the party."""
    return next((one for one in state.people if one.person == person and not one.left), None)


def roles_of(state: Party, person: PersonId) -> frozenset[Role]:
    """Give the roles that a person has in the party now."""
    known = person_of(state, person)
    return frozenset(known.roles) if known and state.stage is Stage.MEMBER else frozenset()


def nondisclosure_holds(state: Party, person: PersonId, agreement: Digest, at: datetime) -> bool:
    """Tell whether the person's agreement is in force at a moment."""
    known = person_of(state, person)
    return (
        known is not None
        and state.stage is Stage.MEMBER
        and any(
            one.agreement == agreement and not one.ended and one.signed_at <= at < one.until
            for one in known.agreements
        )
    )


def has_conflict(state: Party, person: PersonId, case: CaseId) -> bool:
    """Tell whether a declared conflict excludes the person from a case."""
    return any(
        conflict.case == case and conflict.resolved is None
        for one in state.people
        if one.person == person
        for conflict in one.conflicts
    )
