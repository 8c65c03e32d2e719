"""Each test changes one thing in a bundle; verification must name it."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from seatrial.core.journal_chain import entry_line
from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.finding import Finding

Files = dict[str, bytes]
Check = Callable[..., tuple[Finding, ...]]


def _lines(files: Files) -> list[bytes]:
    return files["verdicts.jsonl"].splitlines(keepends=True)


def test_an_untouched_bundle_agrees(files: Files, check: Check) -> None:
    assert check(files) == ()


def test_without_a_trusted_key_the_signer_is_unknown(files: Files, made_up: ModuleType) -> None:
    found = verify_bundle(
        files.__getitem__,
        list(files),
        {},
        read_logs=made_up.made_up_trial().read_logs,
        software=made_up.SOFTWARE,
    )

    assert [(one.code, one.where) for one in found] == [
        ("signer_unknown", "statement.dsse.json"),
        ("signer_unknown", "plan.dsse.json"),
    ]
    assert "Signer unknown: no trusted key was given" in found[0].what


def test_a_bundle_signed_anew_with_another_key_is_refused(
    made_up: ModuleType, check: Check
) -> None:
    trial = made_up.made_up_trial().but(signer=made_up.TestSigner(2))

    found = check(trial.bundle())

    assert found[0].code == "signer_unknown"
    assert "signed by no trusted key" in found[0].what


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("verdicts.jsonl", "altered_file"),
        ("trial.json", "altered_file"),
        ("probe.json", "altered_file"),
        ("report.json", "altered_file"),
        ("report.html", "altered_file"),
        ("journal/model.s1.memory_safety_discovery.0000.e1.jsonl", "altered_file"),
        ("logs/model.eval", "altered_file"),
        ("policy/thresholds.toml", "altered_file"),
        ("policy/scope.toml", "altered_file"),
        ("plan.dsse.json", "altered_file"),
        ("manifest.json", "manifest"),
    ],
)
def test_a_changed_byte_is_seen_in_each_kind_of_file(
    files: Files, check: Check, path: str, code: str
) -> None:
    content = bytearray(files[path])
    content[len(content) // 2] ^= 1

    found = check({**files, path: bytes(content)})

    assert (found[0].code, found[0].where) == (code, path)


@pytest.mark.parametrize("place", [20, 900, -60, -3])
def test_a_changed_byte_is_seen_anywhere_in_the_statement(
    files: Files, check: Check, place: int
) -> None:
    content = bytearray(files["statement.dsse.json"])
    content[place] ^= 1

    assert check({**files, "statement.dsse.json": bytes(content)}) != ()


@pytest.mark.parametrize(
    "path",
    ["report.html", "journal/model.s1.memory_safety_discovery.0001.e1.jsonl", "logs/model.eval"],
)
def test_a_missing_file_is_named(files: Files, check: Check, path: str) -> None:
    left = {name: content for name, content in files.items() if name != path}

    found = check(left)

    assert (found[0].code, found[0].where) == ("missing_file", path)


@pytest.mark.parametrize("path", ["manifest.json", "statement.dsse.json"])
def test_without_manifest_or_statement_nothing_verifies(
    files: Files, check: Check, path: str
) -> None:
    left = {name: content for name, content in files.items() if name != path}

    found = check(left)

    assert [str(one) for one in found] == [f"{path}: It cannot be read: No such file or directory."]


def test_a_file_beside_the_manifest_is_named(files: Files, check: Check) -> None:
    found = check({**files, "logs/extra.eval": b""})

    assert [(one.code, one.where) for one in found] == [("extra_file", "logs/extra.eval")]


# From here on the bundle is hashed and signed again by a trusted key: an insider's edit.


def _resealed(made_up: ModuleType, files: Files, **changes: bytes) -> Files:
    named = {path.replace("__", "."): content for path, content in changes.items()}
    sealed: Files = made_up.made_up_trial().seal({**files, **named})
    return sealed


def test_a_dropped_sample_is_seen(files: Files, check: Check, made_up: ModuleType) -> None:
    lines = _lines(files)
    found = check(_resealed(made_up, files, verdicts__jsonl=b"".join(lines[:3] + lines[4:])))

    assert found[0].what == (
        "Sample model/memory_safety_discovery/0003/1 is missing, and nothing says why."
    )


def test_a_duplicated_sample_is_seen(files: Files, check: Check, made_up: ModuleType) -> None:
    lines = _lines(files)
    found = check(_resealed(made_up, files, verdicts__jsonl=b"".join([lines[0], *lines])))

    assert found[0].what == "Sample model/memory_safety_discovery/0000/1 stands there 2 times."


def test_reordered_samples_are_seen(files: Files, check: Check, made_up: ModuleType) -> None:
    lines = _lines(files)
    swapped = [lines[1], lines[0], *lines[2:]]
    found = check(_resealed(made_up, files, verdicts__jsonl=b"".join(swapped)))

    assert found[0].what == (
        "Sample model/memory_safety_discovery/0000/1 stands out of the plan's order."
    )


def test_samples_moved_without_a_new_manifest_are_seen(files: Files, check: Check) -> None:
    lines = _lines(files)
    found = check({**files, "verdicts.jsonl": b"".join([lines[1], lines[0], *lines[2:]])})

    assert found[0].code == "altered_file"
    assert any(one.where == "manifest.json" and "is listed where" in one.what for one in found)


def test_an_edited_score_is_seen_in_the_report(
    files: Files, check: Check, made_up: ModuleType
) -> None:
    lines = _lines(files)
    at = next(i for i, line in enumerate(lines) if b'"outcome":"failed"' in line)
    lines[at] = lines[at].replace(b'"outcome":"failed"', b'"outcome":"passed"')
    found = check(_resealed(made_up, files, verdicts__jsonl=b"".join(lines)))

    assert found[0].code == "log"
    assert found[0].where == "verdicts.jsonl"
    assert "verdict.outcome is 'passed', but logs/" in found[0].what
    assert any(one.where == "report.json" and "but the evidence gives" in one.what for one in found)


def test_an_edited_estimate_is_seen(files: Files, check: Check, made_up: ModuleType) -> None:
    edited = files["report.json"].replace(b'"answer":"undetermined"', b'"answer":"below"', 1)
    found = check(_resealed(made_up, files, report__json=edited))

    assert str(found[0]) == (
        "report.json: recommendations[0].answer is 'below', but the evidence gives 'undetermined'."
    )


def test_an_edited_page_is_seen(files: Files, check: Check, made_up: ModuleType) -> None:
    edited = files["report.html"].replace(b"undetermined", b"below")
    found = check(_resealed(made_up, files, report__html=edited))

    assert [one.where for one in found] == ["report.html"]


def test_a_page_of_another_version_is_left_to_its_digest(files: Files, made_up: ModuleType) -> None:
    found = verify_bundle(
        files.__getitem__,
        list(files),
        made_up.TestSigner().trusted,
        read_logs=made_up.made_up_trial().read_logs,
        software="9.9",
    )

    assert found == ()


def test_another_plan_than_the_trial_ran_is_seen(
    files: Files, check: Check, made_up: ModuleType
) -> None:
    trial = made_up.made_up_trial()
    plan = replace(trial.plan, draft=replace(trial.plan.draft, epochs=3))
    other = trial.but(plan=plan).given()["plan.dsse.json"]

    found = check(trial.seal({**files, "plan.dsse.json": other}))

    assert [one.code for one in found][:3] == ["plan_digest", "plan_digest", "trial"]


def test_a_plan_signed_by_someone_else_is_refused(
    files: Files, check: Check, made_up: ModuleType
) -> None:
    trial = made_up.made_up_trial()
    other = trial.but(signer=made_up.TestSigner(2)).given()["plan.dsse.json"]

    found = check(trial.seal({**files, "plan.dsse.json": other}))

    assert [(one.code, one.where) for one in found] == [("signer_unknown", "plan.dsse.json")]


def test_another_policy_than_planned_is_seen(
    files: Files, check: Check, made_up: ModuleType
) -> None:
    scope = {"policy/scope.toml": b"# allow all\n"}
    found = check(made_up.made_up_trial().seal({**files, **scope}))

    assert [(one.code, one.where) for one in found] == [("policy", "policy/scope.toml")]


def test_a_journal_with_a_line_taken_out_is_seen(
    files: Files, check: Check, made_up: ModuleType
) -> None:
    path = "journal/cheater.s1.memory_safety_discovery.0000.e1.jsonl"
    lines = files[path].splitlines(keepends=True)
    found = check(made_up.made_up_trial().seal({**files, path: b"".join(lines[:2] + lines[3:])}))

    assert found[0].code == "unreadable"
    assert "journal/cheater.s1.memory_safety_discovery.0000.e1.jsonl, line 3" in found[0].what


def test_a_sample_that_passed_without_a_submission_is_odd(
    check: Check, made_up: ModuleType
) -> None:
    trial = made_up.made_up_trial()
    at = next(i for i, one in enumerate(trial.samples) if one.verdict.passed)
    samples = list(trial.samples)
    samples[at] = replace(samples[at], submission_digest=None)

    found = check(trial.but(samples=tuple(samples)).bundle())

    assert found[0].code == "samples"
    assert found[0].what.endswith("passed without a submission.")


def test_a_sample_that_the_trial_says_was_not_run_is_odd(check: Check, made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()
    record = replace(trial.trial, quarantined=())

    found = check(trial.but(trial=record).bundle())

    assert {one.code for one in found} == {"samples"}
    assert "memory_safety_discovery/0007/1 is missing" in found[0].what


def test_a_trial_that_claims_a_restart_must_have_probed_again(
    made_up: ModuleType, check: Check
) -> None:
    """A restart would excuse a journal without an end."""
    trial = made_up.made_up_trial()
    path = "journal/oracle.s1.memory_safety_discovery.0000.e1.jsonl"
    cut = trial.journals[path].rpartition(b"\n{")[0] + b"\n"
    journals = {**trial.journals, path: cut}

    plain = check(trial.but(journals=journals).bundle())
    excused = check(trial.but(journals=journals, trial=replace(trial.trial, resumed=1)).bundle())

    assert (plain[0].where, "not whole" in plain[0].what) == (path, True)
    assert excused[0].where == "trial.json"
    assert "probed in start 2" in excused[0].what


def test_a_start_in_which_agents_ran_must_have_been_probed(
    made_up: ModuleType, check: Check
) -> None:
    trial = made_up.made_up_trial()
    journals = {path: one for path, one in trial.journals.items() if "/probe." not in path}

    found = check(trial.but(journals=journals).bundle())

    assert "probed in start 1" in found[0].what


def test_a_trial_that_was_taken_up_again_and_probed_again_agrees(
    made_up: ModuleType, check: Check
) -> None:
    trial = made_up.made_up_trial()
    again = made_up.probe_entries(2)
    journals = {
        **trial.journals,
        f"journal/{again[0].sandbox}.jsonl": b"".join(map(entry_line, again)),
    }

    assert check(trial.but(journals=journals, trial=replace(trial.trial, resumed=1)).bundle()) == ()
