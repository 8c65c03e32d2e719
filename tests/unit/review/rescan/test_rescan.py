"""A new detector searches old cases; each has a result, or a reason why not."""

from dataclasses import replace

import pytest
from made_up_case import Driven, digest

from seatrial.core.people import CaseId
from seatrial.core.record import from_json, to_json
from seatrial.review.rescan.aggregate import (
    RESCAN,
    CaseJudged,
    CaseMissed,
    CaseScanned,
    Finished,
    Ordered,
    Rescan,
    Stage,
    cases_found,
    cases_left,
    cases_to_judge,
)

A, B = CaseId("a"), CaseId("b")
ORDERED = Ordered(
    detector="split-secret", version="2", rules=digest("rules"), cases=(A, B), purpose="audit"
)
SCANNED = CaseScanned(case=A, scanned=400, found=1, record=digest("result"))


@pytest.fixture
def rescan() -> Driven:
    driven = Driven(aggregate=RESCAN)
    driven.do(ORDERED, "evaluator")
    return driven


def test_every_case_gets_a_result_or_a_reason(rescan: Driven) -> None:
    assert rescan.refused(Finished(), "timer") == "These cases have no result: a, b."
    rescan.do(SCANNED, "timer")
    assert cases_left(rescan.state) == (B,)
    rescan.do(CaseMissed(case=B, reason="Its sealed content is destroyed."), "timer")
    rescan.do(Finished(), "timer")

    assert rescan.state.stage is Stage.DONE
    assert cases_found(rescan.state) == (A,)
    assert from_json(Rescan, to_json(rescan.state), place="row") == rescan.state


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (SCANNED, "a was not ordered, or has its result."),
        (CaseMissed(case=CaseId("c"), reason="x"), "c was not ordered, or has its result."),
        (CaseMissed(case=B, reason=" "), "Why is it missing?"),
        (
            CaseScanned(case=B, scanned=1, found=2, record=digest("r")),
            "A rescan of 1 samples cannot have found 2.",
        ),
        (ORDERED, "The rescan is running: ordered is not possible now."),
    ],
)
def test_a_refusal_says_why(rescan: Driven, wanted: object, sentence: str) -> None:
    rescan.do(SCANNED, "timer")

    assert rescan.refused(wanted, "timer") == sentence


@pytest.mark.parametrize("cases", [(), (A, A)])
def test_an_order_names_each_case_once(cases: tuple[CaseId, ...]) -> None:
    wanted = Ordered(detector="d", version="1", rules=digest("r"), cases=cases, purpose="audit")

    assert Driven(aggregate=RESCAN).refused(wanted, "evaluator") == (
        "A rescan needs a detector by digest, and cases, each once."
    )


def test_an_order_says_what_it_opens_archives_for() -> None:
    wanted = replace(ORDERED, purpose=" ")

    assert Driven(aggregate=RESCAN).refused(wanted, "evaluator") == "No purpose is given."


JUDGED = CaseJudged(case=A, confirmed=False, record=digest("why"))


def test_what_was_found_is_judged_once_by_a_person_also_after_the_end(rescan: Driven) -> None:
    rescan.do(SCANNED, "timer")
    rescan.do(CaseScanned(case=B, scanned=9, found=0, record=digest("clean")), "timer")
    rescan.do(Finished(), "timer")
    assert cases_to_judge(rescan.state) == (A,)
    assert "a person" in rescan.refused(JUDGED, "timer")
    rescan.do(JUDGED, "evaluator")

    assert cases_to_judge(rescan.state) == ()
    assert rescan.state.judged == (JUDGED,)
    nothing = "Nothing that was found in {} waits for a judgement."
    assert rescan.refused(JUDGED, "evaluator") == nothing.format("a")
    assert rescan.refused(replace(JUDGED, case=B), "evaluator") == nothing.format("b")
