"""Everything that someone may ask to do or to read."""

from enum import StrEnum


class Action(StrEnum):
    """One thing that needs access. What is not here cannot be asked for."""

    # Outside of cases.
    MANAGE_PARTIES = "manage parties"
    MANAGE_PEOPLE = "manage people of the own party"
    SIGN_NONDISCLOSURE = "sign nondisclosure"
    DECLARE_CONFLICT = "declare a conflict of interest"
    RESOLVE_CONFLICT = "resolve a conflict of interest"
    ASK_COVERAGE = "ask about coverage"
    ANSWER_COVERAGE = "answer about coverage"
    DRAFT_SUBMISSION = "draft a submission"
    OPEN_INCIDENT = "open an incident"
    ORDER_RESCAN = "order a rescan of old evidence"
    TAKE_ORDERS = "take ordered trials"
    AUDIT_LEDGER = "audit the ledger"
    HANDLE_OTHER_INCIDENT = "handle an incident of no case"
    MANAGE_POLICY = "put a policy in force"

    # The case between its parties.
    ASSIGN_TEAM = "assign the team"
    ASSIGN_OWN = "assign people of the developer"
    READ_CASE = "read the case"
    AMEND = "amend the submission"
    OFFER = "offer the submission"
    PROPOSE_TERMS = "propose terms"
    AGREE_TERMS = "agree to terms"
    ACCEPT = "accept or decline"
    GRANT_ACCESS = "grant access to the model"
    EXTEND_WINDOW = "extend the window"
    REVOKE_ACCESS = "revoke access to the model"
    SELECT_PARTNERS = "propose or answer trusted partners"
    PLAN_RELEASE = "plan or enter a release"
    WITHDRAW = "withdraw"
    CLOSE = "close the case"
    HANDLE_INCIDENT = "handle an incident"
    READ_INCIDENT = "read what was written in an incident"

    # The work.
    PROPOSE_PLAN = "propose or sign a plan"
    COMMENT_PLAN = "comment on a plan"
    USE_MODEL = "use the model's access details"
    RUN_TRIAL = "run a trial"
    END_TRIAL = "enter how a lost trial ended"
    READ_WRITINGS = "read plan, comments, corrections, objections"
    READ_EVIDENCE = "read evidence"
    REVIEW_INTEGRITY = "review integrity"
    RENDER_REPORT = "render the report"
    READ_REPORT = "read the developer's report"
    READ_ANNEX = "read the confidential annex"
    ASK_CORRECTION = "ask for a correction"
    ANSWER_CORRECTION = "answer a correction"
    OBJECT = "object"
    RECOMMEND = "recommend"
    CONSULT = "give a consultee's view"
    DETERMINE = "determine"
    CERTIFY = "issue or revoke a certificate"
    ASK_EXPORT = "ask for an export"
    AGREE_EXPORT = "agree to an export"
    READ_PARTNER_NOTICE = "read the notice to trusted partners"


class Phase(StrEnum):
    """Where a case stands, as far as access depends on it. A submission's stages."""

    DRAFT = "draft"
    OFFERED = "offered"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    OPEN = "open"
    ENDED = "ended"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
