"""The maker of a bundle edits it consistently, with the right key; verification still sees it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from forgery import chain_again, check, edit_log, edit_samples, issue_again, marked, own_signer
from inspect_ai.event import ScoreEvent
from inspect_ai.log import EvalSample, read_eval_log, write_eval_log

from seatrial.core.canonical import canonical_json
from seatrial.core.journal_entry import JournalKind
from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import verdict_to_json

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

PASSED = Verdict(outcome=Outcome.PASSED, reason="planted_defect_reached")


def test_the_copy_issued_again_verifies(bundle: Path, shared: Path) -> None:
    """The edits below are found for what they change, not for how they were signed."""
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared) == ()


def test_a_score_edited_in_verdicts_and_report_disagrees_with_the_log(
    bundle: Path, shared: Path
) -> None:
    def change(one: SampleResult) -> SampleResult:
        return replace(one, verdict=PASSED) if one.role == "refuser" else one

    edit_samples(bundle, change)
    issue_again(bundle, own_signer(shared))

    assert any(
        one.where == "verdicts.jsonl" and "verdict.outcome is 'passed'" in one.what
        for one in check(bundle, shared)
    )


def test_a_score_edited_in_the_log_alone_is_found(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        assert sample.scores
        sample.scores["grader"].value = "C"

    edit_log(bundle / "logs" / "null.eval", change)
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared)[0].where == "logs/null.eval"


def test_a_pass_written_into_log_verdicts_and_report_lacks_a_graders_sandbox(
    bundle: Path, shared: Path
) -> None:
    """A pass that no grader saw: only the journals cannot be made to say so in passing."""

    def change(sample: EvalSample) -> None:
        assert sample.scores
        score = sample.scores["grader"]
        assert score.metadata
        score.value = "C"
        score.metadata["verdict"] = verdict_to_json(PASSED)
        for event in sample.events:
            if isinstance(event, ScoreEvent):
                event.score = score

    edit_log(bundle / "logs" / "null.eval", change)
    edit_samples(bundle, lambda one: replace(one, verdict=PASSED) if one.role == "null" else one)
    issue_again(bundle, own_signer(shared))

    assert any("no sandbox of a grader" in one.what for one in check(bundle, shared))


def test_tokens_edited_everywhere_do_not_add_up(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        sample.store["seatrial:spending"]["total"]["input_tokens"] -= 1

    edit_log(bundle / "logs" / "model.eval", change)
    edit_samples(
        bundle,
        lambda one: (
            replace(one, total=replace(one.total, input_tokens=one.total.input_tokens - 1))
            if one.role == "model"
            else one
        ),
    )
    issue_again(bundle, own_signer(shared))

    assert any("do not add up" in one.what for one in check(bundle, shared))


def test_another_prompt_in_the_log_than_planned_is_found(bundle: Path, shared: Path) -> None:
    def change(sample: EvalSample) -> None:
        assert not isinstance(sample.input, str)
        sample.input[1].content = sample.input[1].text.replace("You are", "You were")

    edit_log(bundle / "logs" / "model.eval", change)
    issue_again(bundle, own_signer(shared))

    assert any("another prompt than planned" in one.what for one in check(bundle, shared))


@pytest.mark.parametrize("edit", ["drop", "double", "swap", "another role's"])
def test_samples_of_a_log_dropped_doubled_or_swapped_are_found(
    edit: str, bundle: Path, shared: Path
) -> None:
    path = bundle / "logs" / "model.eval"
    log = read_eval_log(str(path), resolve_attachments="full")
    assert log.samples
    if edit == "drop":
        del log.samples[0]
    elif edit == "double":
        log.samples.append(log.samples[0].model_copy(update={"epoch": 2}))
    elif edit == "swap":
        one, other = log.samples[0], log.samples[1]
        one.id, other.id = other.id, one.id
    log.eval.dataset.sample_ids = list(dict.fromkeys(one.id for one in log.samples))
    write_eval_log(log, str(path), format="eval")
    if edit == "another role's":
        shutil.copyfile(bundle / "logs" / "null.eval", path)
    issue_again(bundle, own_signer(shared))

    assert "logs/model.eval" in {one.where for one in check(bundle, shared)}


def test_a_sign_of_cheating_left_out_is_found(
    trial: Callable[[str, str], Path], shared: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(trial("cheater", "first"), bundle, ignore=shutil.ignore_patterns("work"))
    edit_samples(bundle, lambda one: replace(one, detections=()))
    issue_again(bundle, own_signer(shared))

    assert "detections" in {one.code for one in check(bundle, shared)}


def test_a_sign_of_cheating_taken_out_of_verdict_and_journal_is_found(
    trial: Callable[[str, str], Path], shared: Path, tmp_path: Path
) -> None:
    """The command that the log still has is gone from the journal."""
    bundle = tmp_path / "bundle"
    shutil.copytree(trial("cheater", "first"), bundle, ignore=shutil.ignore_patterns("work"))
    for path in bundle.glob("journal/model.s1.privilege*e1.jsonl"):
        chain_again(path, lambda one: one.kind in {JournalKind.OPENED, JournalKind.CLOSED})
    edit_samples(bundle, lambda one: marked(bundle, replace(one, detections=())))
    issue_again(bundle, own_signer(shared))

    assert check(bundle, shared)


def test_commands_taken_out_of_a_journal_are_missed(bundle: Path, shared: Path) -> None:
    """Chained anew, counted anew, marked anew, signed anew: the log still has them."""
    path = bundle / "journal" / "model.s1.memory_safety_discovery.0000.e1.jsonl"
    chain_again(path, lambda one: "bash" not in str(one.facts.get("argv")))
    edit_samples(bundle, lambda one: marked(bundle, one))
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert found[0].code == "journal"
    assert "command(s)" in found[0].what


@pytest.mark.parametrize("lines_left", [0, 1, -1])
def test_a_journal_cut_at_its_end_is_found_even_when_signed_again(
    lines_left: int, bundle: Path, shared: Path
) -> None:
    path = bundle / "journal" / "model.s1.memory_safety_discovery.0000.e1.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines_left]))
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert (found[0].code, found[0].where) == ("journal", path.relative_to(bundle).as_posix())


def test_journals_swapped_between_samples_are_found(bundle: Path, shared: Path) -> None:
    one, other = sorted(bundle.glob("journal/model.s1.*.e1.jsonl"))[:2]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    issue_again(bundle, own_signer(shared))

    assert "It is the journal of sandbox" in check(bundle, shared)[0].what


def test_a_journal_or_submission_of_nobody_is_found(bundle: Path, shared: Path) -> None:
    journal = min(bundle.glob("journal/model.s1.*.e1.jsonl"))
    shutil.copyfile(journal, journal.with_name("model.s9.more.jsonl"))
    (bundle / "submissions" / "nobody.bin").write_bytes(b"x")
    issue_again(bundle, own_signer(shared))

    found = {one.where for one in check(bundle, shared)}

    assert {"journal/model.s9.more.jsonl", "submissions/nobody.bin"} <= found


def test_a_submission_exchanged_is_found(bundle: Path, shared: Path) -> None:
    path = min(bundle.glob("submissions/oracle.*.bin"))
    path.write_bytes(path.read_bytes() + b"x")
    issue_again(bundle, own_signer(shared))

    assert path.relative_to(bundle).as_posix() in {one.where for one in check(bundle, shared)}


def test_a_trial_moved_in_time_disagrees_with_the_journals(bundle: Path, shared: Path) -> None:
    trial = json.loads((bundle / "trial.json").read_bytes())
    trial["started"], trial["ended"] = "2098-01-01T00:00:00+00:00", "2099-01-01T00:00:00+00:00"
    (bundle / "trial.json").write_bytes(canonical_json(trial))
    issue_again(bundle, own_signer(shared))

    assert "outside the time" in check(bundle, shared)[0].what


def test_a_restart_made_up_to_excuse_a_cut_journal_is_found(bundle: Path, shared: Path) -> None:
    path = bundle / "journal" / "model.s1.memory_safety_discovery.0000.e1.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    trial = json.loads((bundle / "trial.json").read_bytes())
    trial["resumed"] = 1
    (bundle / "trial.json").write_bytes(canonical_json(trial))
    edit_samples(bundle, lambda one: marked(bundle, one))
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared)

    assert (found[0].where, "probed in start 2" in found[0].what) == ("trial.json", True)
