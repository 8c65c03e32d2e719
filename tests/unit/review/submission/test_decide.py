"""The straight way through a review, and what changes on the way."""

from dataclasses import replace

import pytest
from made_up_case import (
    DAY,
    DETERMINED,
    MODEL,
    RECOMMENDED,
    REPORT,
    RULES,
    TERMS,
    Driven,
    actor,
    digest,
    submission_at,
)

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import terms_digest
from seatrial.review.submission.state import Stage, Submission, Work


def test_the_straight_way_leads_from_draft_to_closed() -> None:
    case = submission_at("closed")

    assert (case.state.stage, case.state.work) == (Stage.CLOSED, Work.DETERMINED)
    assert case.kinds == [
        f"submission.{kind}"
        for kind in (
            "drafted",
            "offered",
            "terms-agreed",
            "accepted",
            "plan-proposed",
            "plan-signed",
            "access-granted",
            "trial-started",
            "trial-ended",
            "integrity-reviewed",
            "window-expired",
            "access-revoked",
            "report-rendered",
            "recommended",
            "determined",
            "closed",
        )
    ]


def test_the_state_is_a_record() -> None:
    state = submission_at("closed").state

    assert from_json(Submission, to_json(state), place="row") == state


def test_every_event_has_its_own_kind() -> None:
    assert len(SUBMISSION.kinds) == 34
    assert SUBMISSION.kinds["withdrawn"] is e.Withdrawn


def test_nothing_happens_to_a_submission_that_is_not_there() -> None:
    case = Driven(aggregate=SUBMISSION)

    assert case.refused(e.Withdrawn(), "developer") == (
        "There is no such submission: withdrawn cannot be entered."
    )


def test_a_draft_needs_a_party() -> None:
    case = Driven(aggregate=SUBMISSION)

    with pytest.raises(NotPossibleError, match="needs a party"):
        case.do(e.Drafted(model=MODEL, rules=RULES), actor("dana", None))


def test_a_determination_may_not_hint_at_a_permission() -> None:
    case = submission_at("recommended")

    with pytest.raises(BadInputError, match="'cleared' would say that the model is allowed"):
        case.do(replace(DETERMINED, reasons="It is cleared."), "official", after=5 * DAY)


def test_an_amendment_takes_agreed_terms_and_plan_back() -> None:
    case = submission_at("plan signed")
    case.do(e.Amended(model=replace(MODEL, checkpoint="m-2026-06")), "developer")

    assert (case.state.stage, case.state.work) == (Stage.OFFERED, Work.NONE)
    assert case.state.plan is None
    assert case.refused(e.Accepted(), "evaluator").startswith("The submission is offered")


def test_the_other_side_agrees_to_changed_terms() -> None:
    case = submission_at("offered")
    shorter = replace(TERMS, retention_days=10)
    case.do(e.TermsProposed(terms=shorter), "evaluator")

    assert "cannot agree" in case.refused(e.TermsAgreed(terms=terms_digest(shorter)), "evaluator")
    case.do(e.TermsAgreed(terms=terms_digest(shorter)), "developer")
    assert case.state.stage is Stage.AGREED


def test_objections_are_answered_and_need_no_wait_when_the_developer_rests() -> None:
    case = submission_at("recommended")
    case.do(w.Objected(text=digest("objection")), "developer")
    assert "answers 0 of 1" in case.refused(DETERMINED, "official", 5 * DAY)

    case.do(w.ObjectionsRested(), "developer")
    reply = w.Reply(objection=digest("objection"), answer="The scaffold was the developer's.")
    case.do(replace(DETERMINED, replies=(reply,)), "official")
    assert case.state.work is Work.DETERMINED


def test_a_correction_holds_the_recommendation_until_it_is_answered() -> None:
    case = submission_at("reported")
    case.do(w.CorrectionAsked(text=digest("wrong date")), "developer")
    assert "waits for its answer" in case.refused(RECOMMENDED, "evaluator")
    assert "is on record" in case.refused(w.Objected(text=digest("wrong date")), "developer")

    case.do(
        w.CorrectionAnswered(text=digest("wrong date"), taken=True, reason="It was."), "evaluator"
    )
    assert case.do(RECOMMENDED, "evaluator") == ["submission.recommended"]


def test_a_new_rendering_takes_the_recommendation_back() -> None:
    case = submission_at("recommended")
    case.do(replace(REPORT, developer_report=digest("second")), "evaluator")

    assert case.state.recommendation is None
    assert "present report" in case.refused(RECOMMENDED, "evaluator")


def test_a_case_with_a_running_trial_is_not_closed() -> None:
    case = submission_at("trial")
    case.do(e.AccessRevoked(ending=e.Ending.REVOKED, reason="Fault."), "evaluator")

    assert case.refused(e.Closed(reason="Enough."), "evaluator") == (
        "The trial t1 has not handed its evidence in."
    )
