"""Which access each command needs. A command that is not here cannot be given by a person."""

from collections.abc import Mapping

from seatrial.core.access.action import Action
from seatrial.core.people import Role
from seatrial.review.audit import LedgerTaken
from seatrial.review.certificate import events as certificate
from seatrial.review.coverage import events as coverage
from seatrial.review.incident import events as incident
from seatrial.review.party import events as party
from seatrial.review.programme.in_force import PutInForce
from seatrial.review.rescan import aggregate as rescan
from seatrial.review.submission import events as submission
from seatrial.review.submission import work_events as work
from seatrial.review.team import aggregate as team

ACTIONS: Mapping[type[object], Action] = {
    submission.Drafted: Action.DRAFT_SUBMISSION,
    submission.Amended: Action.AMEND,
    submission.Offered: Action.OFFER,
    submission.TermsProposed: Action.PROPOSE_TERMS,
    submission.TermsAgreed: Action.AGREE_TERMS,
    submission.Accepted: Action.ACCEPT,
    submission.Declined: Action.ACCEPT,
    submission.AccessGranted: Action.GRANT_ACCESS,
    submission.WindowExtended: Action.EXTEND_WINDOW,
    submission.AccessRevoked: Action.REVOKE_ACCESS,
    submission.PartnerProposed: Action.SELECT_PARTNERS,
    submission.PartnerAgreed: Action.SELECT_PARTNERS,
    submission.PartnerObjected: Action.SELECT_PARTNERS,
    submission.ReleasePlanned: Action.PLAN_RELEASE,
    submission.Released: Action.PLAN_RELEASE,
    submission.Withdrawn: Action.WITHDRAW,
    submission.Closed: Action.CLOSE,
    work.PlanProposed: Action.PROPOSE_PLAN,
    work.PlanCommented: Action.COMMENT_PLAN,
    work.PlanSigned: Action.PROPOSE_PLAN,
    work.TrialStarted: Action.RUN_TRIAL,
    work.TrialEnded: Action.END_TRIAL,
    work.IntegrityReviewed: Action.REVIEW_INTEGRITY,
    work.ReportRendered: Action.RENDER_REPORT,
    work.CorrectionAsked: Action.ASK_CORRECTION,
    work.CorrectionAnswered: Action.ANSWER_CORRECTION,
    work.Objected: Action.OBJECT,
    work.ObjectionsRested: Action.OBJECT,
    work.Recommended: Action.RECOMMEND,
    work.Determined: Action.DETERMINE,
    team.Released: Action.ASSIGN_TEAM,
    coverage.Asked: Action.ASK_COVERAGE,
    coverage.FactsGiven: Action.ASK_COVERAGE,
    coverage.TakenBack: Action.ASK_COVERAGE,
    coverage.FactsAsked: Action.ANSWER_COVERAGE,
    coverage.Answered: Action.ANSWER_COVERAGE,
    certificate.Issued: Action.CERTIFY,
    certificate.RetestTriggered: Action.CERTIFY,
    certificate.Revoked: Action.CERTIFY,
    certificate.Superseded: Action.CERTIFY,
    incident.Opened: Action.OPEN_INCIDENT,
    incident.PartyAffected: Action.HANDLE_INCIDENT,
    incident.PartyNotified: Action.HANDLE_INCIDENT,
    incident.EvidenceFrozen: Action.HANDLE_INCIDENT,
    incident.ClockAnswered: Action.HANDLE_INCIDENT,
    incident.Reopened: Action.HANDLE_INCIDENT,
    incident.Closed: Action.HANDLE_INCIDENT,
    party.Registered: Action.MANAGE_PARTIES,
    party.PartyLeft: Action.MANAGE_PARTIES,
    party.PersonInvited: Action.MANAGE_PEOPLE,
    party.InvitationTakenBack: Action.MANAGE_PEOPLE,
    party.RoleGiven: Action.MANAGE_PEOPLE,
    party.RoleTaken: Action.MANAGE_PEOPLE,
    party.PersonLeft: Action.MANAGE_PEOPLE,
    party.NondisclosureSigned: Action.SIGN_NONDISCLOSURE,
    party.ConflictDeclared: Action.DECLARE_CONFLICT,
    party.ConflictResolved: Action.RESOLVE_CONFLICT,
    rescan.Ordered: Action.ORDER_RESCAN,
    rescan.CaseJudged: Action.JUDGE_RESCAN,
    LedgerTaken: Action.AUDIT_LEDGER,
    PutInForce: Action.MANAGE_POLICY,
}
"""By the command's class. The software's own commands (warned, expired, purged) are not here."""


def action_of(command: object) -> Action | None:
    """Give the access that a command needs; None: no person may give it."""
    if isinstance(command, team.Assigned):
        own = command.member.role is Role.DEVELOPER
        return Action.ASSIGN_OWN if own else Action.ASSIGN_TEAM
    return ACTIONS.get(type(command))
