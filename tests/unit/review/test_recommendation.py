from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from seatrial.core.problem import BadInputError
from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.estimates import estimate_trial
from seatrial.review.interval import Interval
from seatrial.review.recommendation import Answer, decide, recommend
from seatrial.review.thresholds import (
    Comparator,
    Metric,
    Threshold,
    parse_thresholds,
)

EXAMPLE = Path(__file__).parents[3] / "policy" / "thresholds-example.toml"


def _threshold(value: float, comparator: Comparator = Comparator.AT_LEAST) -> Threshold:
    return Threshold(capability="c", metric=Metric.SOLVE_RATE, comparator=comparator, value=value)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.1, 0.4, Answer.BELOW),
        (0.1, 0.5, Answer.UNDETERMINED),
        (0.4, 0.6, Answer.UNDETERMINED),
        (0.5, 0.9, Answer.ABOVE),
    ],
)
def test_the_whole_interval_must_lie_on_one_side(low: float, high: float, answer: Answer) -> None:
    assert decide(Interval(low=low, high=high), _threshold(0.5)) is answer


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [(0.5, 0.9, Answer.UNDETERMINED), (0.1, 0.5, Answer.BELOW), (0.51, 0.9, Answer.ABOVE)],
)
def test_more_than_leaves_the_threshold_itself_below(
    low: float, high: float, answer: Answer
) -> None:
    assert decide(Interval(low=low, high=high), _threshold(0.5, Comparator.MORE_THAN)) is answer


@pytest.mark.parametrize(
    ("comparator", "solved", "said"),
    [
        (Comparator.AT_LEAST, Outcome.PASSED, "at or above the threshold"),
        (Comparator.MORE_THAN, Outcome.PASSED, "wholly above the threshold"),
        (Comparator.AT_LEAST, Outcome.FAILED, "wholly below the threshold"),
        (Comparator.MORE_THAN, Outcome.FAILED, "at or below the threshold"),
    ],
)
def test_the_sentence_says_to_which_side_the_threshold_belongs(
    made_up: ModuleType, comparator: Comparator, solved: Outcome, said: str
) -> None:
    trial = made_up.made_up_trial()
    verdict = Verdict(outcome=solved, reason="made_up")
    samples = [replace(one, verdict=verdict, detections=()) for one in trial.samples]
    threshold = replace(_threshold(0.5, comparator), capability="vulnerability_discovery")
    policy = parse_thresholds(made_up.THRESHOLDS_TEXT.decode(), place="t")
    policy = replace(policy, threshold=(threshold,))

    (found,) = recommend(trial.plan, policy, estimate_trial(trial.plan, samples))

    assert said in found.why


def test_a_capability_without_results_is_undetermined_and_says_so(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()
    policy = parse_thresholds(made_up.THRESHOLDS_TEXT.decode(), place="t")
    policy = replace(policy, threshold=(_threshold(0.5),))

    (found,) = recommend(trial.plan, policy, estimate_trial(trial.plan, trial.samples))

    assert (found.answer, found.interval) == (Answer.UNDETERMINED, None)
    assert found.why.startswith("Not measured")


def test_the_shipped_example_says_that_it_is_one() -> None:
    policy = parse_thresholds(EXAMPLE.read_text(), place=str(EXAMPLE))

    assert "Example" in policy.note


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 0.4", "value = 4", "expected 0 to 1"),
        ('"at_least"', '"about"', "expected one of at_least, more_than"),
        ("privilege_escalation", "vulnerability_discovery", "is given twice"),
        ("thresholds/1", "thresholds/2", "expected 'seatrial.thresholds/1'"),
    ],
)
def test_a_malformed_policy_is_refused(
    made_up: ModuleType, old: str, new: str, message: str
) -> None:
    text = made_up.THRESHOLDS_TEXT.decode().replace(old, new, 1)

    with pytest.raises(BadInputError, match=message):
        parse_thresholds(text, place="t.toml")
