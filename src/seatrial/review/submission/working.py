"""Guards of the work: plan, trials, integrity review, report."""

from typing import assert_never

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.stages import refuse_unless
from seatrial.core.words import check_issued
from seatrial.review.submission.deciding import check_determination
from seatrial.review.submission.model import is_digest
from seatrial.review.submission.state import Submission, TrialRun
from seatrial.review.submission.table import WorkEvent
from seatrial.review.submission.window import check_lasts
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

REVIEWERS = 2
"""Independent reviewers of every transcript, before a person signs off. Source: R18."""


def check_work(state: Submission, wanted: WorkEvent, setting: Setting) -> None:  # noqa: C901 - one line a kind
    """Refuse work whose facts do not fit the history. Raises: NotPossibleError."""
    match wanted:
        case PlanProposed():
            _need_digests(wanted.plan)
        case PlanSigned():
            _check_plan(state, wanted.plan)
        case TrialStarted():
            _check_start(state, wanted, setting)
        case TrialEnded():
            _check_end(state, wanted)
        case IntegrityReviewed():
            _check_integrity(wanted)
        case ReportRendered():
            _check_renderings(state, wanted)
        case PlanCommented() | CorrectionAsked() | Objected():
            _need_digests(wanted.text)
            _check_new_text(state, wanted)
        case CorrectionAnswered():
            _check_correction(state, wanted)
        case ObjectionsRested():
            pass
        case Recommended():
            _check_recommendation(state, wanted)
        case Determined():
            check_determination(state, wanted, setting)
        case _:
            assert_never(wanted)


def _need_digests(*digests: str) -> None:
    refuse_unless(
        all(is_digest(one) for one in digests),
        "A digest is spelt sha256: and 64 hexadecimal digits.",
        "Store the document first, then name it by its digest.",
    )


def _check_plan(state: Submission, plan: Digest) -> None:
    refuse_unless(
        plan == state.plan,
        "This is not the plan that was proposed.",
        "Propose it first, so that the developer can comment.",
    )


def _check_start(state: Submission, wanted: TrialStarted, setting: Setting) -> None:
    check_lasts(state, setting.at)
    refuse_unless(
        wanted.plan == state.plan,
        "The trial's plan is not the signed one.",
        "Run the signed plan, or propose and sign another.",
    )
    names = [one.name for one in state.model.variants]
    refuse_unless(
        wanted.variant in names,
        f"The submission offers no variant {wanted.variant!r}.",
        f"Choose from: {', '.join(names)}.",
    )
    refuse_unless(
        wanted.trial and wanted.trial not in [one.trial for one in state.trials],
        f"A trial {wanted.trial!r} is on record.",
        "Give the trial a name of its own.",
    )


def running_trial(state: Submission) -> TrialRun | None:
    """Give the trial that runs, if one does."""
    return next((one for one in state.trials if one.ended_at is None), None)


def _check_end(state: Submission, wanted: TrialEnded) -> None:
    running = running_trial(state)
    refuse_unless(
        running and running.trial == wanted.trial,
        f"The trial that runs is {running.trial if running else 'none'}, not {wanted.trial!r}.",
        "Name the running trial.",
    )
    if wanted.statement is not None:
        _need_digests(wanted.statement)


def _check_integrity(wanted: IntegrityReviewed) -> None:
    refuse_unless(
        len({one.strip().casefold() for one in wanted.reviewers} - {""}) >= REVIEWERS,
        f"Every transcript needs {REVIEWERS} independent reviewers before a person signs off.",
        "Name them.",
    )
    _need_digests(wanted.record)


def _check_renderings(state: Submission, wanted: ReportRendered) -> None:
    three = (wanted.public_summary, wanted.developer_report, wanted.confidential_annex)
    _need_digests(*three)
    refuse_unless(
        len(set(three)) == len(three),
        "Two of the three renderings are the same document.",
        "Each audience has its own rendering.",
    )
    refuse_unless(
        any(one.statement for one in state.trials),
        "No trial ended with a signed statement: there is nothing to report.",
        "Run a trial, or close the case.",
    )


def _check_new_text(state: Submission, wanted: PlanCommented | CorrectionAsked | Objected) -> None:
    known = (*state.comments, *state.objections, *(one.text for one in state.corrections))
    refuse_unless(wanted.text not in known, "This text is on record.", "Nothing is left to do.")


def _check_correction(state: Submission, wanted: CorrectionAnswered) -> None:
    refuse_unless(wanted.reason.strip(), "An answer goes on record.", "Give a reason.")
    check_issued(wanted.reason, place="answer to a correction")
    if not any(one.text == wanted.text and one.taken is None for one in state.corrections):
        raise NotPossibleError(
            "No correction with this text waits for an answer.", "Name one that waits."
        )


def _check_recommendation(state: Submission, wanted: Recommended) -> None:
    refuse_unless(
        state.report and wanted.report == state.report.developer_report,
        "The recommendation must rest on the present report.",
        "Name the digest of the developer's report as last rendered.",
    )
    refuse_unless(
        all(one.taken is not None for one in state.corrections),
        "A factual correction of the developer waits for its answer.",
        "Answer it first.",
    )
    refuse_unless(wanted.answers, "The recommendation answers nothing.", "Give each capability's.")
