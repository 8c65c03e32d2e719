"""What a submission is after an event of the work."""

from dataclasses import replace
from typing import assert_never

from seatrial.core.ledger.aggregate import Setting
from seatrial.review.submission.state import Correction, Recommending, Submission, TrialRun
from seatrial.review.submission.table import WorkEvent
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


def evolve_work(  # noqa: C901, PLR0911, PLR0912 - one line a kind
    state: Submission, event: WorkEvent, setting: Setting
) -> Submission:
    """Give the submission after work; stage and point of the work are moved already."""
    match event:
        case PlanProposed():
            return replace(state, plan=event.plan, comments=())
        case PlanCommented():
            return replace(state, comments=(*state.comments, event.text))
        case PlanSigned():
            return state
        case TrialStarted():
            run = TrialRun(
                trial=event.trial, variant=event.variant, plan=event.plan, started_at=setting.at
            )
            return replace(state, trials=(*state.trials, run))
        case TrialEnded():
            return replace(state, trials=_end(state, event, setting))
        case IntegrityReviewed():
            return replace(state, integrity=event.record)
        case ReportRendered():
            return replace(state, report=event, recommendation=None)
        case CorrectionAsked():
            asked = Correction(text=event.text)
            return replace(state, corrections=(*state.corrections, asked))
        case CorrectionAnswered():
            return replace(state, corrections=_answer(state, event))
        case Objected():
            return replace(state, objections=(*state.objections, event.text))
        case ObjectionsRested():
            standing = state.recommendation
            return replace(state, recommendation=standing and replace(standing, rested=True))
        case Recommended():
            standing = Recommending(
                at=setting.at,
                by=setting.actor.person,
                report=event.report,
                answers=event.answers,
            )
            return replace(state, recommendation=standing)
        case Determined():
            return replace(state, determination=event, determined_at=setting.at)
        case _:
            assert_never(event)


def _end(state: Submission, event: TrialEnded, setting: Setting) -> tuple[TrialRun, ...]:
    return tuple(
        replace(one, ended_at=setting.at, statement=event.statement)
        if one.trial == event.trial
        else one
        for one in state.trials
    )


def _answer(state: Submission, event: CorrectionAnswered) -> tuple[Correction, ...]:
    return tuple(
        replace(one, taken=event.taken) if one.text == event.text else one
        for one in state.corrections
    )
