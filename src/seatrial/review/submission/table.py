"""What may happen to a submission when, and at whose word: the whole of it, as tables."""

from collections.abc import Mapping
from typing import TypeAlias

from seatrial.core.stages import Side, Table, lead, stay
from seatrial.review.submission.events import (
    Accepted,
    AccessGranted,
    AccessRevoked,
    Amended,
    Closed,
    Declined,
    Drafted,
    Offered,
    PartnerAgreed,
    PartnerObjected,
    PartnerProposed,
    Purged,
    Released,
    ReleasePlanned,
    TermsAgreed,
    TermsProposed,
    WindowExpired,
    WindowExtended,
    WindowShortened,
    WindowWarned,
    Withdrawn,
)
from seatrial.review.submission.state import Stage, Work
from seatrial.review.submission.work_events import (
    CorrectionAnswered,
    CorrectionAsked,
    Determined,
    IntegrityReviewed,
    Objected,
    ObjectionsRested,
    PlanCommented,
    PlanProposed,
    PlanSigned,
    Recommended,
    ReportRendered,
    TrialEnded,
    TrialStarted,
)

Happening: TypeAlias = (
    Drafted
    | Amended
    | Offered
    | TermsProposed
    | TermsAgreed
    | Accepted
    | Declined
    | AccessGranted
    | WindowWarned
    | WindowExtended
    | WindowExpired
    | AccessRevoked
    | PartnerProposed
    | PartnerAgreed
    | PartnerObjected
    | ReleasePlanned
    | Released
    | Withdrawn
    | Closed
    | Purged
)
WorkEvent: TypeAlias = (
    PlanProposed
    | PlanCommented
    | PlanSigned
    | TrialStarted
    | TrialEnded
    | IntegrityReviewed
    | ReportRendered
    | CorrectionAsked
    | CorrectionAnswered
    | Objected
    | ObjectionsRested
    | Recommended
    | Determined
)
Command: TypeAlias = Happening | WorkEvent
"""What may be asked for: the event that is to happen."""

Event: TypeAlias = Command | WindowShortened

_BEFORE_ACCESS = (Stage.DRAFT, Stage.OFFERED, Stage.AGREED, Stage.ACCEPTED)
_PLANNING = stay(Stage.ACCEPTED, Stage.OPEN)
_WORKING = stay(Stage.OPEN, Stage.ENDED)
_SELECTING = stay(Stage.OFFERED, Stage.AGREED, Stage.ACCEPTED, Stage.OPEN, Stage.ENDED)

STAGES: Table[Stage] = {
    Drafted: {None: Stage.DRAFT},
    Amended: {
        Stage.DRAFT: Stage.DRAFT,
        Stage.OFFERED: Stage.OFFERED,
        Stage.AGREED: Stage.OFFERED,
        Stage.ACCEPTED: Stage.OFFERED,
    },
    Offered: lead(Stage.OFFERED, Stage.DRAFT),
    TermsProposed: lead(Stage.OFFERED, Stage.OFFERED, Stage.AGREED),
    TermsAgreed: lead(Stage.AGREED, Stage.OFFERED),
    Accepted: lead(Stage.ACCEPTED, Stage.AGREED),
    Declined: lead(Stage.DECLINED, Stage.OFFERED, Stage.AGREED),
    AccessGranted: lead(Stage.OPEN, Stage.ACCEPTED),
    WindowWarned: stay(Stage.OPEN),
    WindowExtended: stay(Stage.OPEN),
    WindowShortened: stay(Stage.OPEN),
    WindowExpired: stay(Stage.OPEN),
    AccessRevoked: lead(Stage.ENDED, Stage.OPEN),
    PartnerProposed: _SELECTING,
    PartnerAgreed: _SELECTING,
    PartnerObjected: _SELECTING,
    # Release is the developer's affair, in every stage (R22).
    ReleasePlanned: stay(*Stage),
    Released: stay(*Stage),
    Withdrawn: lead(Stage.WITHDRAWN, *(one for one in Stage if one is not Stage.WITHDRAWN)),
    Closed: lead(Stage.CLOSED, Stage.ACCEPTED, Stage.ENDED),
    Purged: stay(Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN),
    PlanProposed: _PLANNING,
    PlanCommented: _PLANNING,
    PlanSigned: _PLANNING,
    TrialStarted: stay(Stage.OPEN),
    # A trial that was cut off still hands its evidence in.
    TrialEnded: stay(Stage.OPEN, Stage.ENDED, Stage.WITHDRAWN),
    IntegrityReviewed: _WORKING,
    ReportRendered: _WORKING,
    CorrectionAsked: _WORKING,
    CorrectionAnswered: _WORKING,
    Objected: _WORKING,
    ObjectionsRested: _WORKING,
    Recommended: _WORKING,
    Determined: _WORKING,
}

WORK: Table[Work] = {
    PlanProposed: lead(Work.PLAN_PROPOSED, Work.NONE, Work.PLAN_PROPOSED, Work.PLAN_SIGNED),
    PlanCommented: stay(Work.PLAN_PROPOSED),
    PlanSigned: lead(Work.PLAN_SIGNED, Work.PLAN_PROPOSED),
    TrialStarted: lead(
        Work.TRIAL_RUNNING, Work.PLAN_SIGNED, Work.TRIAL_ENDED, Work.INTEGRITY_REVIEWED
    ),
    TrialEnded: lead(Work.TRIAL_ENDED, Work.TRIAL_RUNNING),
    IntegrityReviewed: lead(Work.INTEGRITY_REVIEWED, Work.TRIAL_ENDED),
    # A taken correction leads to a new rendering; a recommendation on the old one falls.
    ReportRendered: lead(Work.REPORTED, Work.INTEGRITY_REVIEWED, Work.REPORTED, Work.RECOMMENDED),
    CorrectionAsked: stay(Work.REPORTED, Work.RECOMMENDED),
    CorrectionAnswered: stay(Work.REPORTED, Work.RECOMMENDED),
    Objected: stay(Work.REPORTED, Work.RECOMMENDED, Work.DETERMINED),
    ObjectionsRested: stay(Work.RECOMMENDED),
    Recommended: lead(Work.RECOMMENDED, Work.REPORTED),
    Determined: lead(Work.DETERMINED, Work.RECOMMENDED),
}

SIDES: Mapping[type[object], Side] = {
    Drafted: Side.PERSON,
    Amended: Side.DEVELOPER,
    Offered: Side.DEVELOPER,
    TermsProposed: Side.PERSON,
    TermsAgreed: Side.PERSON,
    Accepted: Side.PROGRAMME,
    Declined: Side.PROGRAMME,
    AccessGranted: Side.DEVELOPER,
    WindowWarned: Side.SOFTWARE,
    WindowExtended: Side.DEVELOPER,
    WindowExpired: Side.SOFTWARE,
    AccessRevoked: Side.PERSON,
    PartnerProposed: Side.PERSON,
    PartnerAgreed: Side.PERSON,
    PartnerObjected: Side.PERSON,
    ReleasePlanned: Side.DEVELOPER,
    Released: Side.DEVELOPER,
    Withdrawn: Side.DEVELOPER,
    Closed: Side.PROGRAMME,
    Purged: Side.SOFTWARE,
    PlanProposed: Side.PROGRAMME,
    PlanCommented: Side.DEVELOPER,
    PlanSigned: Side.PROGRAMME,
    TrialStarted: Side.ANYONE,
    TrialEnded: Side.ANYONE,
    IntegrityReviewed: Side.PROGRAMME,
    ReportRendered: Side.ANYONE,
    CorrectionAsked: Side.DEVELOPER,
    CorrectionAnswered: Side.PROGRAMME,
    Objected: Side.DEVELOPER,
    ObjectionsRested: Side.DEVELOPER,
    Recommended: Side.PROGRAMME,
    Determined: Side.PROGRAMME,
}
