"""What a decision about access rests on: the person, the case, a token's limits."""

from dataclasses import dataclass

from seatrial.core.access.action import Phase
from seatrial.core.people import CaseId, PartyId, PersonId, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScope:
    """What an API token is limited to.

    case: None for a token that is good for one action outside of cases.
    purpose: the one it was made for; without a case, the action's own words.
    """

    case: CaseId | None
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person, now, with respect to one case.

    person: None for somebody who has not signed in.
    roles: in the person's party. operator: that party runs the programme.
    case, case_role, purposes: the person's place in the team of this case, if there is one.
    nondisclosure: the agreement that the case's terms name is signed and in force.
    conflict: a declared conflict of interest in this case is not resolved.
    token: limits of the API token that carries the request; None for a signed-in session.
    """

    person: PersonId | None
    party: PartyId | None
    roles: frozenset[Role] = frozenset()
    operator: bool = False
    case: CaseId | None = None
    case_role: Role | None = None
    purposes: frozenset[str] = frozenset()
    nondisclosure: bool = False
    conflict: bool = False
    token: TokenScope | None = None


NOBODY = Standing(person=None, party=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStanding:
    """A case, now. developer: the party whose model it is.

    window_open: the evaluator has access at this moment.
    purged: its sealed content is destroyed. export_asked_by: who asked for the export that waits.
    """

    case: CaseId
    developer: PartyId
    phase: Phase
    window_open: bool = False
    purged: bool = False
    export_asked_by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Access is given. sealed: the read or act must be entered in the ledger first."""

    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Access is denied. reason: one sentence that names no fact of the case."""

    reason: str
