"""One case as a record: what each audience sees of it stands at each field."""

from dataclasses import dataclass, field
from datetime import datetime

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId, PersonId
from seatrial.review.recommendation import Answer, Recommendation
from seatrial.review.rendering.audience import for_annex, for_developer, for_everyone
from seatrial.review.report import NO_ENDORSEMENT
from seatrial.review.submission.events import Ending
from seatrial.review.submission.model import Modality, Variant
from seatrial.review.submission.state import Submission
from seatrial.review.submission.work_events import Consulted, Finding, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPart:
    """A variant that was tried."""

    name: str = field(metadata=for_developer(quoted=True))
    safeguards: str = field(metadata=for_developer())


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPart:
    """Which model. Name and checkpoint are the developer's words."""

    developer: PartyId = field(metadata=for_everyone(quoted=True))
    name: str = field(metadata=for_everyone(quoted=True))
    checkpoint: str = field(metadata=for_everyone(quoted=True))
    digest: Digest = field(metadata=for_everyone())
    modalities: tuple[Modality, ...] = field(metadata=for_everyone())
    open_weights: bool = field(metadata=for_everyone())
    scope: tuple[str, ...] = field(metadata=for_everyone(quoted=True))
    variants: tuple[VariantPart, ...] = field(metadata=for_developer())
    ml_bom: Digest | None = field(metadata=for_developer())
    elicitation: Digest | None = field(metadata=for_developer())
    endpoint: Digest | None = field(metadata=for_annex())


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPart:
    """How the window was used."""

    opened_at: datetime = field(metadata=for_everyone())
    ended_at: datetime | None = field(metadata=for_everyone())
    ending: Ending | None = field(metadata=for_everyone())
    extensions: int = field(metadata=for_everyone())


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPart:
    """One capability. Rate and interval: cheating counted as failure, at the largest budget.

    threshold, why: criteria may be secret, and the sentence tells them.
    """

    capability: str = field(metadata=for_everyone())
    answer: Answer = field(metadata=for_everyone())
    rate: float | None = field(metadata=for_everyone())
    low: float | None = field(metadata=for_everyone())
    high: float | None = field(metadata=for_everyone())
    tasks: int = field(metadata=for_developer())
    budget: int = field(metadata=for_developer())
    threshold: float = field(metadata=for_annex())
    why: str = field(metadata=for_annex())


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPart:
    """One trial by the digests that its evidence is found by."""

    trial: str = field(metadata=for_developer())
    variant: str = field(metadata=for_developer(quoted=True))
    plan: Digest = field(metadata=for_everyone())
    statement: Digest | None = field(metadata=for_everyone())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultedPart:
    """A consultee is named to all (R23). What they said is quoted to the developer too.

    It stands in the determination, whose entry both sides read; consultees are told so before.
    """

    person: PersonId = field(metadata=for_everyone())
    party: PartyId = field(metadata=for_everyone())
    view: str = field(metadata=for_developer(quoted=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPart:
    """An answer to one objection."""

    objection: Digest = field(metadata=for_developer())
    answer: str = field(metadata=for_developer())


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationPart:
    """What the named official decided (R23). objections: how many the developer raised."""

    official: PersonId = field(metadata=for_everyone())
    office: str = field(metadata=for_everyone())
    finding: Finding = field(metadata=for_everyone())
    agrees: bool = field(metadata=for_everyone())
    objections: int = field(metadata=for_everyone())
    consultees: tuple[ConsultedPart, ...] = field(metadata=for_everyone())
    reasons: str = field(metadata=for_developer())
    replies: tuple[ReplyPart, ...] = field(metadata=for_developer())
    evidence: tuple[Digest, ...] = field(metadata=for_developer())


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """Everything of a case that any rendering shows.

    public_words: what the official says in public besides the finding.
    integrity, annex_notes: of reviewers; held-out tasks and detections are told there only.
    """

    statement: str = field(metadata=for_everyone())
    model: ModelPart = field(metadata=for_everyone())
    window: WindowPart | None = field(metadata=for_everyone())
    results: tuple[ResultPart, ...] = field(metadata=for_everyone())
    trials: tuple[TrialPart, ...] = field(metadata=for_everyone())
    determination: DeterminationPart | None = field(metadata=for_everyone())
    public_words: tuple[str, ...] = field(metadata=for_everyone())
    corrections: int = field(metadata=for_developer())
    partners: tuple[PartyId, ...] = field(metadata=for_developer())
    developer_notes: tuple[str, ...] = field(metadata=for_developer())
    integrity: Digest | None = field(metadata=for_annex())
    annex_notes: tuple[str, ...] = field(metadata=for_annex())


def case_report(
    submission: Submission,
    recommendations: tuple[Recommendation, ...],
    *,
    public_words: tuple[str, ...] = (),
    developer_notes: tuple[str, ...] = (),
    annex_notes: tuple[str, ...] = (),
) -> CaseReport:
    """Gather a case. recommendations: of the report that the main job computed."""
    return CaseReport(
        statement=NO_ENDORSEMENT,
        model=_model(submission),
        window=_window(submission),
        results=tuple(_result(one) for one in recommendations),
        trials=tuple(
            TrialPart(trial=one.trial, variant=one.variant, plan=one.plan, statement=one.statement)
            for one in submission.trials
        ),
        determination=_determination(submission),
        public_words=public_words,
        corrections=len(submission.corrections),
        partners=tuple(one.party for one in submission.partners if one.agreed),
        developer_notes=developer_notes,
        integrity=submission.integrity,
        annex_notes=annex_notes,
    )


def _model(submission: Submission) -> ModelPart:
    model = submission.model
    return ModelPart(
        developer=submission.developer,
        name=model.name,
        checkpoint=model.checkpoint,
        digest=model.digest,
        modalities=model.modalities,
        open_weights=model.open_weights,
        scope=model.scope,
        variants=tuple(_variant(one) for one in model.variants),
        ml_bom=model.ml_bom,
        elicitation=model.elicitation,
        endpoint=model.endpoint,
    )


def _variant(one: Variant) -> VariantPart:
    return VariantPart(name=one.name, safeguards=one.safeguards.value)


def _window(submission: Submission) -> WindowPart | None:
    window = submission.window
    if window is None:
        return None
    return WindowPart(
        opened_at=window.opened_at,
        ended_at=window.ended_at,
        ending=window.ending,
        extensions=window.extensions,
    )


def _result(one: Recommendation) -> ResultPart:
    return ResultPart(
        capability=one.capability,
        answer=one.answer,
        rate=one.rate,
        low=one.interval.low if one.interval else None,
        high=one.interval.high if one.interval else None,
        tasks=one.tasks,
        budget=one.budget,
        threshold=one.threshold,
        why=one.why,
    )


def _determination(submission: Submission) -> DeterminationPart | None:
    found = submission.determination
    if found is None:
        return None
    return DeterminationPart(
        official=found.official,
        office=found.office,
        finding=found.finding,
        agrees=found.agrees,
        objections=len(submission.objections),
        consultees=tuple(_consulted(one) for one in found.consultees),
        reasons=found.reasons,
        replies=tuple(_reply(one) for one in found.replies),
        evidence=found.evidence,
    )


def _consulted(one: Consulted) -> ConsultedPart:
    return ConsultedPart(person=one.person, party=one.party, view=one.view)


def _reply(one: Reply) -> ReplyPart:
    return ReplyPart(objection=one.objection, answer=one.answer)
