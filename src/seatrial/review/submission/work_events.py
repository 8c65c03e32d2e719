"""What happens in the work on a submission: plan, trials, report, determination."""

from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId, PersonId
from seatrial.review.recommendation import Answer


class Finding(StrEnum):
    """What a determination says of the model."""

    COVERED = "covered"
    NOT_COVERED = "not-covered"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityAnswer:
    """What the plan's rule said of one capability."""

    capability: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """A consultee and what they said, in one sentence of theirs."""

    person: PersonId
    party: PartyId
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An official's answer to one objection of the developer. objection: digest of its text."""

    objection: Digest
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProposed:
    """The programme proposed a plan. plan: digest of the resolved plan."""

    plan: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCommented:
    """The developer commented on the proposed plan. text: of a sealed blob."""

    text: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSigned:
    """The plan is signed and binds every trial of it (R16)."""

    plan: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted:
    """A trial of the signed plan against one variant began.

    purpose: for which the programme's workers read the credentials and run it; None: it is run
    elsewhere, and its evidence handed in.
    """

    trial: str
    variant: str
    plan: Digest
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """The trial ended. statement: of its signed statement; None when it was stopped without one."""

    trial: str
    statement: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityReviewed:
    """A person signed the integrity review off (R18).

    reviewers: programs, models or people that reviewed every transcript. record: what they said.
    """

    reviewers: tuple[str, ...]
    record: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRendered:
    """The report is rendered for its three audiences (R26), by digest."""

    public_summary: Digest
    developer_report: Digest
    confidential_annex: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAsked:
    """The developer says that a fact is wrong. text: of a sealed blob."""

    text: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAnswered:
    """The programme took a correction over, or not, with its reason."""

    text: Digest
    taken: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """The developer objected. text: of a sealed blob."""

    text: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionsRested:
    """The developer has nothing to add; the determination need not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """What the plan's rule says, put before the official. report: the developer's rendering."""

    report: Digest
    answers: tuple[CapabilityAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Determined:
    """What the named official decided (R23).

    official, office: who signs, as printed. evidence: digests it rests on.
    agrees: whether it follows the recommendation.
    """

    official: PersonId
    office: str
    finding: Finding
    reasons: str
    consultees: tuple[Consulted, ...]
    evidence: tuple[Digest, ...]
    replies: tuple[Reply, ...]
    agrees: bool
