"""Each test changes one thing that a log says; verification must name it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType

import pytest

from seatrial.core.canonical import digest_bytes
from seatrial.core.verdict import Outcome, Verdict
from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.finding import Finding
from seatrial.formats.logged import Logged, LoggedCall, LoggedRole, LoggedSample, LogTrouble

Change = Callable[[Logged], Sequence[Logged]]
Check = Callable[[Change], tuple[Finding, ...]]
KEY = "memory_safety_discovery.0000.e1"
NAME = "model/memory_safety_discovery/0000/1"


@pytest.fixture(scope="module")
def check(made_up: ModuleType) -> Check:
    trial = made_up.made_up_trial()
    files: dict[str, bytes] = trial.bundle()

    def run(change: Change) -> tuple[Finding, ...]:
        def read_logs(names: Sequence[str]) -> Iterator[Logged]:
            for one in trial.read_logs(names):
                mine = one.path == "logs/model.eval" and getattr(one, "key", KEY) == KEY
                yield from change(one) if mine else (one,)

        return verify_bundle(
            files.__getitem__,
            list(files),
            made_up.TestSigner().trusted,
            read_logs=read_logs,
            software=made_up.SOFTWARE,
        )

    return run


def _sample(**fields: object) -> Change:
    def change(one: Logged) -> Sequence[Logged]:
        return (replace(one, **fields) if isinstance(one, LoggedSample) else one,)  # type: ignore[arg-type]  # tests name real fields

    return change


def _role(**fields: object) -> Change:
    def change(one: Logged) -> Sequence[Logged]:
        return (replace(one, **fields) if isinstance(one, LoggedRole) else one,)  # type: ignore[arg-type]  # tests name real fields

    return change


def _twice(one: Logged) -> Sequence[Logged]:
    return (one, one) if isinstance(one, LoggedSample) else (one,)


def _dropped(one: Logged) -> Sequence[Logged]:
    return () if isinstance(one, LoggedSample) else (one,)


OTHER = digest_bytes(b"another")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_role(model="openai-api/lab/other"), "Its model is 'openai-api/lab/other'"),
        (_role(task="seatrial_null"), "Its task is 'seatrial_null'"),
        (_role(seconds=None), "Its limit of working time is None, not 240"),
        (_role(tokens=1), "Its limit of tokens is 1, not 200000"),
        (_role(turns=61), "Its limit of turns is 61, not 60"),
        (_role(held=99), "Its number of samples held is 99"),
        (_role(samples=("a", "a"), held=2), "It lists a sample twice"),
        (_role(results=True), "It states results of its own"),
        (_twice, f"Sample {NAME} is there twice"),
        (_dropped, f"Sample {NAME} has a verdict and is not in the log"),
        (_sample(key="other"), f"Sample other says that it is {NAME}"),
        (_sample(number=2), f"Sample {KEY} says that it is {NAME}"),
        (_sample(role="null"), "says that it is null/"),
        (_sample(system_prompt="Be lazy."), "had another system prompt than planned"),
        (_sample(prompts=(OTHER,)), "had another prompt than planned"),
        (_sample(scores=("C", "I")), "is scored C, I; its verdict is"),
        (_sample(summed=1), "do not add up"),
        (_sample(summed=1, cut_off=True), "do not add up"),
        (_sample(calls=()), "do not add up"),
        (_sample(models=("a", "b")), "called a and b"),
        (_sample(refusals=3), f"Sample {NAME}: refusals is 0, but logs/model.eval"),
        (_sample(submission=OTHER), "submission_digest is"),
        (_sample(journal="model.s1.other"), "its verdict names another"),
        (_sample(ran=(OTHER,), asked=(OTHER,)), "1 command(s) that logs/model.eval has"),
        (_sample(asked=()), "are not in sample"),
    ],
)
def test_a_change_is_named(check: Check, change: Change, what: str) -> None:
    assert what in check(change)[0].what


def test_another_verdict_than_the_log_is_named_by_field(check: Check) -> None:
    verdict = Verdict(outcome=Outcome.GAVE_UP, reason="reported_impossible")

    found = check(_sample(verdict=verdict, scores=("I",)))

    assert f"Sample {NAME}: verdict.outcome is" in found[0].what
    assert "give 'gave_up'" in found[0].what


def test_a_log_that_cannot_be_read_says_nothing_of_its_samples(check: Check) -> None:
    found = check(lambda one: (LogTrouble(path=one.path, what="It is torn."),))

    assert str(found[0]) == "logs/model.eval: It is torn."
    assert not any("is not in the log" in one.what for one in found)


def test_two_samples_with_one_canary_are_named(check: Check) -> None:
    shared = "canary of model memory_safety_discovery/0001 1"

    assert "have one canary" in check(_sample(canary=shared))[0].what


def _more_calls(count: int, *, cut_off: bool, at_submission: bool = True) -> Change:
    """The log has further calls beside those that its total counts."""

    def change(one: Logged) -> Sequence[Logged]:
        if not isinstance(one, LoggedSample):
            return (one,)
        more = LoggedCall(input_tokens=100, output_tokens=10)
        submitted = one.at_submission and replace(one.at_submission, output_tokens=1)
        return (
            replace(
                one,
                calls=(*one.calls, *(more,) * count),
                summed=one.summed + count * 110,
                cut_off=cut_off,
                at_submission=one.at_submission if at_submission else submitted,
            ),
        )

    return change


def test_the_last_call_of_a_sample_that_was_cut_off_may_be_missing_in_its_total(
    check: Check,
) -> None:
    assert check(_more_calls(1, cut_off=True)) == ()


@pytest.mark.parametrize(("count", "cut_off"), [(1, False), (2, True)])
def test_more_than_that_may_not(check: Check, count: int, cut_off: bool) -> None:  # noqa: FBT001 - pytest gives parameters by name
    assert "do not add up" in check(_more_calls(count, cut_off=cut_off))[0].what


def test_tokens_until_the_submission_must_be_those_of_the_first_calls(check: Check) -> None:
    found = check(_more_calls(0, cut_off=False, at_submission=False))

    assert "until its submission, but no number of its first calls" in found[0].what


def test_a_model_served_under_a_reference_models_name_is_known_by_its_own(
    made_up: ModuleType,
) -> None:
    trial = made_up.made_up_trial()
    name = "openai-api/reference/novice"
    record = replace(trial.trial, model=replace(trial.trial.model, name=name))
    renamed = trial.but(trial=record)

    def read_logs(names: Sequence[str]) -> Iterator[Logged]:
        for one in renamed.read_logs(names):
            of_model = isinstance(one, LoggedRole) and one.path == "logs/model.eval"
            yield replace(one, reference="reference/novice") if of_model else one

    files: dict[str, bytes] = renamed.bundle()

    assert (
        verify_bundle(
            files.__getitem__,
            list(files),
            made_up.TestSigner().trusted,
            read_logs=read_logs,
            software=made_up.SOFTWARE,
        )
        == ()
    )
