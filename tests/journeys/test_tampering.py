"""`seatrial verify` on a real bundle: whatever is changed, it says so, and what first."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journeys.conftest import Seatrial

from seatrial import __version__
from seatrial.adapters.keys import FileSigner, load_or_make_signer, load_public_keys
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.canonical import canonical_json, digest_bytes
from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.finding import Finding
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


@pytest.fixture
def bundle(trial: Callable[[str, str], Path], tmp_path: Path) -> Path:
    """A copy of a real bundle, without what only the harness needs."""
    copy = tmp_path / "bundle"
    shutil.copytree(trial("novice", "first"), copy, ignore=shutil.ignore_patterns("work"))
    return copy


def check(bundle: Path, shared: Path) -> tuple[Finding, ...]:
    keys = load_public_keys(shared / "keys" / "trusted.pem")
    directory = TrialDirectory(bundle)
    return verify_bundle(directory.read, directory.listing(), keys, software=__version__)


def rehash(bundle: Path, signer: FileSigner) -> None:
    """Do what a forger can: list the files anew, and sign with a key of one's own."""
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        content = (bundle / entry["path"]).read_bytes()
        entry["sha256"], entry["size"] = digest_bytes(content), len(content)
    content = canonical_json(manifest)
    (bundle / "manifest.json").write_bytes(content)
    report = read_report_json((bundle / "report.json").read_bytes(), place="report.json")
    (bundle / "statement.dsse.json").write_bytes(
        sign_statement(build_statement(report, content), signer)
    )


def own_signer(shared: Path) -> FileSigner:
    return load_or_make_signer(shared / "keys" / "signing.pem")[0]


def lines(bundle: Path) -> list[str]:
    return (bundle / "verdicts.jsonl").read_text().splitlines(keepends=True)


def test_the_copy_verifies(bundle: Path, shared: Path) -> None:
    assert check(bundle, shared) == ()


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
