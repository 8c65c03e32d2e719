"""A developer asks before submitting, and a named official answers."""

from dataclasses import replace

import pytest
from made_up_case import Driven, actor, digest

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import PersonId
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.review.coverage.aggregate import COVERAGE, Inquiry, Stage
from seatrial.review.coverage.events import Answered, Asked, FactsAsked, FactsGiven, TakenBack
from seatrial.review.submission.work_events import Finding

ASKED = Asked(name="Model M", facts=digest("facts"))
ANSWERED = Answered(
    official=PersonId("olaf"),
    office="Director",
    answer=Finding.NOT_COVERED,
    reasons="Below every criterion that can be told without a trial.",
)


@pytest.fixture
def inquiry() -> Driven:
    driven = Driven(aggregate=COVERAGE)
    driven.do(ASKED, "developer")
    return driven


def test_is_asked_and_answered_with_reasons_by_a_named_official(inquiry: Driven) -> None:
    inquiry.do(FactsAsked(question="How was it trained?"), "evaluator")
    assert inquiry.state.stage is Stage.WAITING
    inquiry.do(FactsGiven(facts=digest("more")), "developer")
    inquiry.do(ANSWERED, "official")

    assert inquiry.state.stage is Stage.ANSWERED
    assert inquiry.state.answer == ANSWERED
    assert inquiry.state.answered_at == inquiry.at
    assert inquiry.state.facts == (digest("facts"), digest("more"))
    assert from_json(Inquiry, to_json(inquiry.state), place="row") == inquiry.state


def test_can_be_taken_back_until_it_is_answered(inquiry: Driven) -> None:
    inquiry.do(TakenBack(), "developer")

    assert inquiry.refused(ANSWERED, "official") == (
        "The inquiry is taken back: answered is not possible now."
    )


@pytest.mark.parametrize(
    ("wanted", "who", "sentence"),
    [
        (ASKED, "developer", "The inquiry is asked: asked is not possible now."),
        (ANSWERED, "developer", "Answered can only be entered by the programme."),
        (ANSWERED, "evaluator",
         "An answer is entered by the official whom it names, with the office."),
        (replace(ANSWERED, reasons=" "), "official", "The answer has no reasons."),
        (TakenBack(), "evaluator", "Taken back can only be entered by the developer."),
        (FactsAsked(question=""), "evaluator", "Nothing is asked."),
    ],
)  # fmt: skip
def test_a_refusal_says_why(inquiry: Driven, wanted: object, who: str, sentence: str) -> None:
    assert inquiry.refused(wanted, who) == sentence


def test_a_question_comes_from_a_party() -> None:
    with pytest.raises(NotPossibleError, match="from a party"):
        Driven(aggregate=COVERAGE).do(ASKED, actor("dana", None))


def test_an_answer_may_not_hint_at_a_permission(inquiry: Driven) -> None:
    with pytest.raises(BadInputError, match="reasons of the answer: 'permitted'"):
        inquiry.do(replace(ANSWERED, reasons="Release is permitted."), "official")
