"""What happens to a party and its people."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId, PersonId, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An organisation takes part. roles: those that its people may have."""

    party: PartyId
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInvited:
    """A person was invited. code: digest of a one-time code, told to the invited only."""

    invitation: str
    code: Digest
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationTakenBack:
    """An invitation is void."""

    invitation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted:
    """The invited came, with the code. code: digest of what they typed."""

    invitation: str
    person: PersonId
    code: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven:
    """A person of the party may act in one more role."""

    person: PersonId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTaken:
    """A person of the party no longer acts in a role."""

    person: PersonId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NondisclosureSigned:
    """A person signed an agreement. agreement: digest of its text. until: it binds access."""

    person: PersonId
    agreement: Digest
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NondisclosureEnded:
    """An agreement no longer opens anything; what was learnt under it stays confidential."""

    person: PersonId
    agreement: Digest
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDeclared:
    """A person has an interest in a case. It excludes them until it is resolved."""

    person: PersonId
    case: CaseId
    nature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictResolved:
    """Somebody else found that the conflict is gone, or is none. how: on record."""

    person: PersonId
    case: CaseId
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft:
    """A person left the party: roles and agreements end with it."""

    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLeft:
    """The party no longer takes part."""

    reason: str


Event: TypeAlias = (
    Registered
    | PersonInvited
    | InvitationTakenBack
    | InvitationAccepted
    | RoleGiven
    | RoleTaken
    | NondisclosureSigned
    | NondisclosureEnded
    | ConflictDeclared
    | ConflictResolved
    | PersonLeft
    | PartyLeft
)
