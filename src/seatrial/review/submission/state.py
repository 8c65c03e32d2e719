"""What a submission is after its history so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId, PersonId
from seatrial.review.submission.events import Ending
from seatrial.review.submission.model import Model, Partner, Rules, Terms
from seatrial.review.submission.work_events import (
    CapabilityAnswer,
    Determined,
    ReportRendered,
)


class Stage(StrEnum):
    """Where the submission stands between its parties."""

    DRAFT = "draft"
    OFFERED = "offered"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OPEN = "open"
    ENDED = "ended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Work(StrEnum):
    """How far the review has come."""

    NONE = "not begun"
    PLAN_PROPOSED = "plan-proposed"
    PLAN_SIGNED = "plan-signed"
    TRIAL_RUNNING = "trial-running"
    TRIAL_ENDED = "trial-ended"
    INTEGRITY_REVIEWED = "integrity-reviewed"
    REPORTED = "reported"
    RECOMMENDED = "recommended"
    DETERMINED = "determined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The evaluator's time. warned: days of warnings given for the present end.

    ended_at, ending: None while access lasts.
    """

    opened_at: datetime
    ends_at: datetime
    credentials: Digest
    warned: tuple[int, ...] = ()
    extensions: int = 0
    ended_at: datetime | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A planned and an actual release to one audience."""

    planned: datetime | None = None
    released: datetime | None = None


NO_RELEASE = Release()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun:
    """One trial. statement: None while it runs, or when it was stopped without one."""

    trial: str
    variant: str
    plan: Digest
    started_at: datetime
    ended_at: datetime | None = None
    statement: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A factual correction asked for by the developer. taken: None until it is answered."""

    text: Digest
    taken: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommending:
    """The recommendation that stands. rested: the developer has nothing to add to it."""

    at: datetime
    by: PersonId | None
    report: Digest
    answers: tuple[CapabilityAnswer, ...]
    rested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submission. terms: those last proposed; agreed from stage `agreed` on.

    terms_by_developer: who proposed them. finished_at: when it was closed, declined or withdrawn.
    """

    stage: Stage
    work: Work
    developer: PartyId
    drafted_at: datetime
    rules: Rules
    model: Model
    terms: Terms | None = None
    terms_by_developer: bool = True
    window: Window | None = None
    partners: tuple[Partner, ...] = ()
    trusted_release: Release = NO_RELEASE
    public_release: Release = NO_RELEASE
    plan: Digest | None = None
    comments: tuple[Digest, ...] = ()
    trials: tuple[TrialRun, ...] = ()
    integrity: Digest | None = None
    report: ReportRendered | None = None
    corrections: tuple[Correction, ...] = ()
    objections: tuple[Digest, ...] = ()
    recommendation: Recommending | None = None
    determination: Determined | None = None
    determined_at: datetime | None = None
    finished_at: datetime | None = None
    purged_at: datetime | None = None


def has_access(state: Submission, at: datetime) -> bool:
    """Tell whether the evaluator has access, however late the timer of the expiry is."""
    return state.stage is Stage.OPEN and state.window is not None and at < state.window.ends_at


def objection_ends(state: Submission) -> datetime | None:
    """Give when the developer's time to object to the recommendation is over, if there is one."""
    standing = state.recommendation
    return standing.at + timedelta(days=state.rules.objection_days) if standing else None


def purge_due(state: Submission) -> datetime | None:
    """Give when sealed content must be destroyed, once the case has ended.

    Without agreed terms nothing was handed over under terms, and nothing is kept.
    """
    if state.finished_at is None:
        return None
    days = state.terms.retention_days if state.terms and state.window else 0
    return state.finished_at + timedelta(days=days)
