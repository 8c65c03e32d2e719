"""The table: for each action the roles, the phases and the conditions. The only such place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.access.action import Action, Phase
from seatrial.core.people import Role


class Place(StrEnum):
    """Where somebody must have the role to act in a case."""

    TEAM = "in its team"
    DEVELOPER = "in the developer's party"
    OPERATOR = "in the operating party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may do one thing.

    roles: one of them is needed; in the case when `phases` is given, else in the party.
    phases: of the case in which it is possible; None: no case is concerned.
    operator: the party must be the one that runs the programme.
    place: whose role counts, when a case is concerned.
    sealed: confidential content is touched: needs nondisclosure and a purpose (developers excepted,
    whose content it is), is impossible after purging, and is entered in the ledger.
    in_window: needs the window to be open at this moment.
    """

    roles: frozenset[Role]
    phases: frozenset[Phase] | None = None
    operator: bool = False
    place: Place = Place.TEAM
    sealed: bool = False
    in_window: bool = False


_D, _E, _O = Role.DEVELOPER, Role.EVALUATOR, Role.DETERMINING_OFFICIAL
_C, _T, _A, _M = Role.CONSULTEE, Role.TRUSTED_PARTNER, Role.AUDITOR, Role.ADMINISTRATOR

_ALL = frozenset(Phase)
_BEFORE_ACCESS = frozenset({Phase.DRAFT, Phase.OFFERED, Phase.AGREED, Phase.ACCEPTED})
_PLANNING = frozenset({Phase.ACCEPTED, Phase.OPEN})
_WORKING = frozenset({Phase.OPEN, Phase.ENDED})
_WITH_EVIDENCE = frozenset({Phase.OPEN, Phase.ENDED, Phase.CLOSED})
_OFFERED_ON = _ALL - {Phase.DRAFT}
_SELECTING = frozenset({Phase.OFFERED, Phase.AGREED, Phase.ACCEPTED, Phase.OPEN, Phase.ENDED})


def _outside(*roles: Role) -> Rule:
    return Rule(roles=frozenset(roles))


def _operator(*roles: Role) -> Rule:
    return Rule(roles=frozenset(roles), operator=True)


def _within(phases: frozenset[Phase], *roles: Role) -> Rule:
    return Rule(roles=frozenset(roles), phases=phases)


def _sealed(phases: frozenset[Phase], *roles: Role, in_window: bool = False) -> Rule:
    return Rule(roles=frozenset(roles), phases=phases, sealed=True, in_window=in_window)


TABLE: Mapping[Action, Rule] = {
    Action.MANAGE_PARTIES: _operator(_M),
    Action.MANAGE_PEOPLE: _outside(_M),
    Action.SIGN_NONDISCLOSURE: _outside(*Role),
    Action.DECLARE_CONFLICT: _outside(*Role),
    Action.RESOLVE_CONFLICT: _operator(_M),
    Action.ASK_COVERAGE: _outside(_D),
    Action.ANSWER_COVERAGE: _operator(_O),
    Action.DRAFT_SUBMISSION: _outside(_D),
    Action.OPEN_INCIDENT: _outside(_D, _E, _O, _C, _T, _A, _M),
    # The software searches; what it found is read in each case, by that case's people.
    Action.ORDER_RESCAN: _operator(_E, _O),
    # For a host's token. Whether each trial may run is asked of whoever ordered it.
    Action.TAKE_ORDERS: _operator(_E),
    Action.AUDIT_LEDGER: _outside(_A),
    # The page shows what was told to the reader's own party, and nothing else of an incident.
    Action.READ_TOLD: _outside(*Role),
    Action.HANDLE_OTHER_INCIDENT: _operator(_E, _O),
    Action.MANAGE_POLICY: _operator(_O),
    # Administrators put people into cases; what is in a case they do not see.
    Action.ASSIGN_TEAM: Rule(roles=frozenset({_M}), phases=_OFFERED_ON, place=Place.OPERATOR),
    Action.ASSIGN_OWN: Rule(roles=frozenset({_D}), phases=_ALL, place=Place.DEVELOPER),
    Action.READ_CASE: _within(_ALL, _D, _E, _O, _C, _A),
    Action.AMEND: _within(_BEFORE_ACCESS, _D),
    Action.OFFER: _within(frozenset({Phase.DRAFT}), _D),
    Action.PROPOSE_TERMS: _within(frozenset({Phase.OFFERED, Phase.AGREED}), _D, _E),
    Action.AGREE_TERMS: _within(frozenset({Phase.OFFERED}), _D, _E),
    Action.ACCEPT: _within(frozenset({Phase.OFFERED, Phase.AGREED}), _E, _O),
    Action.GRANT_ACCESS: _within(frozenset({Phase.ACCEPTED}), _D),
    Action.EXTEND_WINDOW: _within(frozenset({Phase.OPEN}), _D),
    Action.REVOKE_ACCESS: _within(frozenset({Phase.OPEN}), _D, _E, _O),
    Action.SELECT_PARTNERS: _within(_SELECTING, _D, _E, _O),
    # Release and withdrawal are the developer's, always, whoever is in the team (R22).
    Action.PLAN_RELEASE: Rule(roles=frozenset({_D}), phases=_ALL, place=Place.DEVELOPER),
    Action.WITHDRAW: Rule(
        roles=frozenset({_D}), phases=_ALL - {Phase.WITHDRAWN}, place=Place.DEVELOPER
    ),
    Action.CLOSE: _within(frozenset({Phase.ACCEPTED, Phase.ENDED}), _E, _O),
    Action.HANDLE_INCIDENT: _within(_OFFERED_ON, _D, _E, _O),
    Action.READ_INCIDENT: _sealed(_OFFERED_ON, _D, _E, _O),
    Action.PROPOSE_PLAN: _within(_PLANNING, _E),
    Action.COMMENT_PLAN: _within(_PLANNING, _D),
    Action.USE_MODEL: _sealed(frozenset({Phase.OPEN}), _E, in_window=True),
    Action.RUN_TRIAL: _sealed(frozenset({Phase.OPEN}), _E, in_window=True),
    Action.END_TRIAL: _within(_WORKING, _E),
    Action.READ_WRITINGS: _sealed(_WITH_EVIDENCE | {Phase.ACCEPTED}, _D, _E, _O, _C, _A),
    Action.READ_EVIDENCE: _sealed(_WITH_EVIDENCE, _E, _O, _A),
    Action.REVIEW_INTEGRITY: _sealed(_WORKING, _E),
    # Also of a case that was closed long ago: that is what rescans are for.
    Action.JUDGE_RESCAN: _sealed(_WITH_EVIDENCE, _E),
    Action.RENDER_REPORT: _sealed(_WORKING, _E),
    Action.READ_REPORT: _sealed(_WITH_EVIDENCE, _D, _E, _O, _C, _A),
    Action.READ_ANNEX: _sealed(_WITH_EVIDENCE, _E, _O, _C, _A),
    Action.ASK_CORRECTION: _within(_WORKING, _D),
    Action.ANSWER_CORRECTION: _sealed(_WORKING, _E),
    Action.OBJECT: _within(_WORKING, _D),
    Action.RECOMMEND: _sealed(_WORKING, _E),
    Action.CONSULT: _sealed(_WORKING, _C),
    Action.DETERMINE: _sealed(_WORKING, _O),
    # A certificate is issued while the case is open, and can be revoked long after.
    Action.CERTIFY: _within(_WITH_EVIDENCE | {Phase.WITHDRAWN}, _O),
    Action.ASK_EXPORT: _sealed(_WITH_EVIDENCE, _E, _O, _A),
    Action.AGREE_EXPORT: _sealed(_WITH_EVIDENCE, _E, _O, _A),
    Action.READ_PARTNER_NOTICE: _sealed(_WITH_EVIDENCE, _T),
}
