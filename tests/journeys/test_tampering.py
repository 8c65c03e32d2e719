"""`seatrial verify` on a real bundle: whatever is changed, it says so, and what first."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from forgery import check, issue_again, lines, own_signer, rehash
from tests.journeys.conftest import Seatrial

from seatrial.adapters.keys import load_or_make_signer
from seatrial.core.canonical import canonical_json
from seatrial.formats.in_toto import build_statement, sign_statement
from seatrial.formats.report_json import read_report_json

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

KINDS = (
    "plan.dsse.json",
    "trial.json",
    "verdicts.jsonl",
    "probe.json",
    "policy/thresholds.toml",
    "policy/scope.toml",
    "report.json",
    "report.html",
    "manifest.json",
    "statement.dsse.json",
    "journal/*.jsonl",
    "logs/*.eval",
    "submissions/*.bin",
)


def test_the_copy_verifies(bundle: Path, seatrial: Seatrial) -> None:
    ran = seatrial("verify", bundle)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Everything agrees." in ran.stdout


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_flipped_byte_in_any_kind_of_file_is_found(
    kind: str, place: float, bundle: Path, shared: Path
) -> None:
    path = min(bundle.glob(kind))
    content = bytearray(path.read_bytes())
    content[min(int(place * len(content)), len(content) - 1)] ^= 0x01
    path.write_bytes(content)

    findings = check(bundle, shared)

    assert path.relative_to(bundle).as_posix() in " ".join(map(str, findings))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_named(kind: str, bundle: Path, shared: Path) -> None:
    path = min(bundle.glob(kind))
    path.unlink()

    assert path.name in " ".join(map(str, check(bundle, shared)))


def test_an_extra_file_is_named(bundle: Path, shared: Path) -> None:
    (bundle / "journal" / "planted.jsonl").write_text("{}\n")

    assert "planted.jsonl" in str(check(bundle, shared)[0])


@pytest.mark.parametrize("edit", ["drop", "double", "reorder"])
def test_samples_dropped_doubled_or_reordered_are_found_even_when_signed_again(
    edit: str, bundle: Path, shared: Path
) -> None:
    """By the evaluator's own key: the plan says which samples there are, in which order."""
    held = lines(bundle)
    edited = {
        "drop": held[1:],
        "double": [held[0], *held],
        "reorder": [held[1], held[0], *held[2:]],
    }[edit]
    (bundle / "verdicts.jsonl").write_text("".join(edited))
    rehash(bundle, own_signer(shared))

    assert "samples" in {finding.code for finding in check(bundle, shared)}


def test_an_edited_score_is_found_even_when_signed_again(bundle: Path, shared: Path) -> None:
    report = json.loads((bundle / "report.json").read_bytes())
    estimate = next(e for e in report["estimates"] if e["solve_rate"] and e["role"] == "model")
    estimate["solve_rate"]["rate"] = 1.0
    (bundle / "report.json").write_bytes(canonical_json(report))
    rehash(bundle, own_signer(shared))

    assert "report.json" in {finding.where for finding in check(bundle, shared)}


def test_an_edited_verdict_is_found_even_when_signed_again(bundle: Path, shared: Path) -> None:
    held = lines(bundle)
    (bundle / "verdicts.jsonl").write_text(
        "".join(line.replace('"outcome":"failed"', '"outcome":"passed"') for line in held)
    )
    rehash(bundle, own_signer(shared))

    assert check(bundle, shared)


def test_a_bundle_signed_again_with_another_key_is_refused(
    bundle: Path, seatrial: Seatrial, tmp_path: Path
) -> None:
    rehash(bundle, load_or_make_signer(tmp_path / "forger.pem")[0])

    ran = seatrial("verify", bundle)

    assert ran.returncode == 1
    assert "signer unknown" in ran.stdout.lower()


def test_a_statement_that_speaks_better_of_the_trial_is_found(bundle: Path, shared: Path) -> None:
    report = read_report_json((bundle / "report.json").read_bytes(), place="report.json")
    better = replace(report, conditions=report.conditions[:1])
    statement = build_statement(better, (bundle / "manifest.json").read_bytes())
    (bundle / "statement.dsse.json").write_bytes(sign_statement(statement, own_signer(shared)))

    assert [one.where for one in check(bundle, shared)] == ["statement.dsse.json"]


def test_the_statement_of_another_trial_is_found(
    bundle: Path, trial: Callable[[str, str], Path], shared: Path
) -> None:
    """The same plan, key and software; only the trial is another."""
    shutil.copyfile(
        trial("cheater", "first") / "statement.dsse.json", bundle / "statement.dsse.json"
    )

    assert check(bundle, shared)[0].where == "manifest.json"


def test_a_log_that_cannot_be_read_is_a_finding(bundle: Path, shared: Path) -> None:
    path = bundle / "logs" / "null.eval"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    issue_again(bundle, own_signer(shared))

    found = check(bundle, shared, confined=True)

    assert [(one.code, one.where) for one in found] == [("log", "logs/null.eval")]
