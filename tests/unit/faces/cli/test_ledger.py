"""`seatrial ledger`, as an auditor and a stranger use it."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from made_up_ledger import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    STRANGER_KEY,
    WITNESS,
    MadeUpLedger,
    head_of,
    witnessed,
)
from typer.testing import CliRunner

from seatrial.adapters.clock import SystemClock
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.faces.cli.ledger import ledger_app
from seatrial.formats.ledger_checkpoint import sign_checkpoint
from seatrial.formats.ledger_export import ENTRIES_FILE

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object) -> Result:
        result = CliRunner().invoke(ledger_app, [str(one) for one in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return MadeUpLedger().export(tmp_path / "export")


def words(result: Result) -> str:
    return " ".join(result.stdout.split())


def test_verify_says_what_holds_and_who_vouches(run: Run, export: Path) -> None:
    result = run("verify", export, "--key", KEY, "--key", WITNESS, "--cosignatures", 1)

    assert result.exit_code == 0
    assert "Everything agrees: 10 entries, the last of 2026-06-02T14:00:00.009Z" in words(result)
    assert "4 signed heads, 0 anchored heads" in words(result)
    assert f"Signed by {KEY}" in words(result)
    seen = "Witnessed by witness.example at 2026-06-03T14:00:00.000Z: the first 10 entries"
    assert seen in words(result)


def test_verify_says_how_far_each_witness_has_seen(run: Run, tmp_path: Path) -> None:
    """Its signature comes after the head, so the last head has seldom one."""
    ledger = MadeUpLedger()
    ledger.heads = [ledger.heads[0], *map(witnessed, ledger.heads[1:3]), head_of(ledger.leaves)]
    export = ledger.export(tmp_path / "export")
    said = words(run("verify", export, "--key", KEY, "--key", WITNESS))

    assert said.count("Witnessed by") == 1
    assert "Witnessed by witness.example at 2026-06-03T14:00:00.000Z: the first 7 entries" in said
    assert "Witnessed by" not in words(run("verify", export, "--key", KEY))
    # One that was kept outside counts too.
    (tmp_path / "heads.txt").write_bytes(witnessed(head_of(ledger.leaves)).chunk())
    arguments = ("--key", KEY, "--key", WITNESS, "--anchor", tmp_path / "heads.txt")
    assert "the first 10 entries" in words(run("verify", export, *arguments))


def test_verify_says_when_entries_are_of_a_time_to_come(
    run: Run, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [START - timedelta(days=1), START + timedelta(days=1)]
    monkeypatch.setattr(SystemClock, "now", lambda _clock: now.pop(0))
    assert "later time than this machine's" in words(run("verify", export, "--key", KEY))
    assert "later time" not in words(run("verify", export, "--key", KEY))


def test_verify_names_the_first_thing_that_disagrees(run: Run, export: Path) -> None:
    path = export / ENTRIES_FILE
    path.write_bytes(path.read_bytes().replace(b"fact 5", b"fact 6"))
    result = run("verify", export, "--key", KEY)

    assert result.exit_code == 1
    assert "checkpoints.txt, note 3" in words(result)
    assert "the first 7 entries here have root" in words(result)


def test_verify_trusts_only_the_keys_that_are_given(run: Run, export: Path, tmp_path: Path) -> None:
    result = run("verify", export, "--key", STRANGER_KEY)
    assert result.exit_code == 1
    assert "Signer unknown" in words(result)

    keys = tmp_path / "keys"
    keys.write_text(f"{STRANGER_KEY}\n{KEY}\n")
    assert run("verify", export, "--key", keys).exit_code == 0
    assert run("verify", export).exit_code == 2
    with pytest.raises(BadInputError, match="neither"):
        run("verify", export, "--key", "nothing")


def test_verify_refuses_what_is_no_export(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=ENTRIES_FILE):
        run("verify", tmp_path, "--key", KEY)


def test_a_stranger_checks_a_cases_proof_with_one_command(
    run: Run, export: Path, tmp_path: Path
) -> None:
    proof = tmp_path / "case-1.proof.json"
    assert run("prove", export, "case-1", "--out", proof).exit_code == 0
    assert proof.stat().st_mode & 0o777 == 0o600
    result = run("check-proof", proof, "--key", KEY)

    assert result.exit_code == 0
    assert "submission/case-1: numbers 0 to 2 Everything agrees" in words(result)
    assert "Entries of case case-1: 3." in words(result)
    assert "4 2026-06-02T14:00:00.007Z submission.noted submission/case-1 1" in words(result)

    proof.write_bytes(proof.read_bytes().replace(b"fact 4", b"fact 7"))
    result = run("check-proof", proof, "--key", KEY)
    assert result.exit_code == 1
    assert "is not entry 4 of" in words(result)


def test_gaps_in_a_streams_numbers_are_said(run: Run, tmp_path: Path) -> None:
    ledger = MadeUpLedger()
    ledger.change(4, case=None)
    ledger.sign_again()
    proof = tmp_path / "proof"
    run("prove", ledger.export(tmp_path / "export"), "case-1", "--out", proof)

    said = words(run("check-proof", proof, "--key", KEY))
    assert "submission/case-1: numbers 0 to 2, not all of them" in said


def test_a_case_that_is_not_there_and_a_file_that_is_not_there(
    run: Run, export: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match="No entry"):
        run("prove", export, "case-9", "--out", tmp_path / "x")
    with pytest.raises(BadInputError, match="not a file"):
        run("check-proof", tmp_path / "x", "--key", KEY)


def test_later_exports_are_anchored_and_held_against_the_anchor(run: Run, tmp_path: Path) -> None:
    anchor = tmp_path / "heads.txt"
    for size in (4, 10):
        export = MadeUpLedger(size=size, heads=(size,)).export(tmp_path / str(size))
        result = run("anchor", export, "--to", anchor, "--key", KEY)
        assert result.exit_code == 0
        assert "Not held" not in words(result)

    result = run("verify", tmp_path / "10", "--anchor", anchor, "--key", KEY)
    assert result.exit_code == 0
    assert "2 anchored heads" in words(result)


def test_a_fork_is_refused_with_both_heads_and_found_by_verify(run: Run, tmp_path: Path) -> None:
    anchor = tmp_path / "heads.txt"
    true = MadeUpLedger(size=4, heads=(4,))
    run("anchor", true.export(tmp_path / "true"), "--to", anchor, "--key", KEY)
    forked = MadeUpLedger(size=10, heads=(10,))
    forked.change(1, facts={"what": "another"})
    forked.sign_again()
    export = forked.export(tmp_path / "forked")
    before = anchor.read_bytes()

    with pytest.raises(RefusedError) as refused:
        run("anchor", export, "--to", anchor, "--key", KEY)
    assert str(true.heads[-1].checkpoint) in refused.value.what
    assert str(forked.heads[-1].checkpoint) in refused.value.what
    assert anchor.read_bytes() == before
    result = run("verify", export, "--anchor", anchor, "--key", KEY)
    assert result.exit_code == 1
    assert "anchor" in words(result)


def test_a_bare_head_is_anchored_with_a_word_on_what_was_not_checked(
    run: Run, export: Path, tmp_path: Path
) -> None:
    leaves = MadeUpLedger().leaves
    anchor, head = tmp_path / "heads.txt", tmp_path / "head.txt"
    for size, said in ((4, False), (10, True)):
        head.write_bytes(head_of(leaves, size).content())
        result = run("anchor", head, "--to", anchor, "--key", KEY)
        assert result.exit_code == 0
        assert ("Not held" in words(result)) == said
    assert run("verify", export, "--anchor", anchor, "--key", KEY).exit_code == 0

    head.write_bytes(sign_checkpoint(10, bytes(32), KEY, SIGNER).content())
    with pytest.raises(RefusedError, match="contradicts"):
        run("anchor", head, "--to", anchor, "--key", KEY)


def test_a_head_by_a_stranger_is_not_anchored(run: Run, export: Path, tmp_path: Path) -> None:
    result = run("anchor", export, "--to", tmp_path / "heads.txt", "--key", STRANGER_KEY)

    assert result.exit_code == 1
    assert "Signer unknown" in words(result)
    assert not (tmp_path / "heads.txt").exists()


def test_an_anchor_may_be_a_working_copy(
    run: Run, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Auditor")
        monkeypatch.setenv(f"{name}_EMAIL", "auditor@example.com")
    copy = tmp_path / "copy"
    subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    assert run("anchor", export, "--to", copy, "--key", KEY).exit_code == 0

    assert run("verify", export, "--anchor", copy, "--key", KEY).exit_code == 0


def test_an_anchor_of_nothing_is_no_anchor(run: Run, export: Path, tmp_path: Path) -> None:
    """A wrong path must not pass for an anchor that agrees."""
    with pytest.raises(BadInputError, match=f"no head of {ORIGIN}"):
        run("verify", export, "--anchor", tmp_path / "none", "--key", KEY)
