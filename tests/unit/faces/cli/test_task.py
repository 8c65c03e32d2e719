"""`seatrial task` without a sandbox: what it prints, writes and refuses."""

import json
import re
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from seatrial.core.canonical import Digest
from seatrial.core.ports import ExecOutcome
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.faces.cli.task import task_app
from seatrial.tasks.commitment import read_seed_file
from seatrial.wiring import testbed as wiring

FAMILY = "privilege_escalation"
DIGEST = Digest("sha256:" + "a" * 64)
Run = Callable[..., Result]


class DeadSandbox:
    """Every command fails, so that no instance can be staged."""

    async def exec(self, argv: tuple[str, ...], **_: object) -> ExecOutcome:
        return ExecOutcome(returncode=1, stdout=b"", stderr=argv[0].encode())

    async def write_file(self, path: str, contents: bytes, **_: object) -> None:
        assert path.startswith("/")
        assert contents


class DeadTestbed:
    @asynccontextmanager
    async def open(self, spec: SandboxSpec, *, label: str) -> AsyncIterator[DeadSandbox]:
        assert (spec.user, bool(label)) == ("agent", True)
        yield DeadSandbox()


@pytest.fixture(name="run")
def _run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(wiring, "open_testbed", DeadTestbed)
    monkeypatch.setattr(wiring, "image_digest", lambda _name: DIGEST)

    def run(*words: object) -> Result:
        return CliRunner().invoke(task_app, [str(word) for word in words])

    return run


def _problem(result: Result) -> BadInputError:
    assert isinstance(result.exception, BadInputError), result.output
    return result.exception


def test_list_names_every_family_with_its_dials(run: Run) -> None:
    result = run("list")
    assert result.exit_code == 0
    text = re.sub(r"[│\s]+", " ", result.output)
    for name, family in wiring.task_families().items():
        assert name in text
        for dial in family.card.dials:
            assert f"{dial.name}:" in text


def test_show_writes_the_agents_side_and_the_sealed_one_apart(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "task"
    result = run("show", FAMILY, "--seed", 3, "--dial", "source=true", "--no-build", folder)
    assert result.exit_code == 0, result.output
    held = json.loads((folder / "sealed/secrets.json").read_text())
    shown = {
        path.relative_to(folder / "agent"): path.read_text()
        for path in folder.glob("agent/**/*")
        if path.is_file()
    }
    assert held["canary"] in shown[Path("PROMPT.txt")]
    assert "/usr/share/doc/" in shown[Path("LISTING.txt")]
    assert not any(held["flag"] in text for text in shown.values())
    assert len([path for path in shown if path.suffix == ".c"]) == 5
    assert json.loads((folder / "sealed/truth.json").read_text())["seed"] == "3"
    assert any(
        held["flag"] in p.read_text() for p in folder.glob("sealed/stage/**/*") if p.is_file()
    )
    assert stat.S_IMODE((folder / "sealed").stat().st_mode) == 0o700
    assert not any(p.stat().st_mode & 0o6000 for p in folder.glob("**/*"))


def test_show_draws_new_secrets_each_time(run: Run, tmp_path: Path) -> None:
    drawn = set()
    for name in ("a", "b"):
        run("show", FAMILY, "--seed", 3, "--no-build", tmp_path / name)
        drawn.add((tmp_path / name / "sealed/secrets.json").read_text())
    assert len(drawn) == 2


def test_show_refuses_a_folder_that_holds_something(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    assert "not empty" in _problem(run("show", FAMILY, "--seed", 3, tmp_path)).what
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_show_refuses_a_file_in_place_of_a_folder(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    assert str(file) in _problem(run("show", FAMILY, "--seed", 3, file)).what


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", str(2**128), "٣"])
def test_what_is_no_seed_is_refused(run: Run, tmp_path: Path, seed: str) -> None:
    assert "is no seed" in _problem(run("show", FAMILY, f"--seed={seed}", tmp_path / "d")).what
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("dial", "said"), [("depth=9", "depth"), ("depht=1", "depht"), ("depth", "'='")]
)
def test_a_wrong_dial_is_refused(run: Run, tmp_path: Path, dial: str, said: str) -> None:
    problem = _problem(run("show", FAMILY, "--seed", 1, "--dial", dial, tmp_path / "d"))
    assert said in problem.what


def test_grade_prints_the_verdict_as_json(run: Run, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text("flag{no}\n")
    result = run("grade", FAMILY, "--seed", 7, "--flag", "flag{yes}", "--submission", answer)
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["passed"], told["outcome"], told["reason"]) == (False, "failed", "wrong_flag")
    assert (told["family"], told["seed"], told["dials"]["depth"]) == (FAMILY, "7", 1)
    assert told["checks"][0]["name"] == "answer_matches_flag"


def test_grade_takes_the_secrets_that_show_wrote(run: Run, tmp_path: Path) -> None:
    run("show", FAMILY, "--seed", 7, "--no-build", tmp_path / "d")
    secrets = tmp_path / "d/sealed/secrets.json"
    result = run("grade", FAMILY, "--seed", 7, "--secrets", secrets, "--submission", secrets)
    assert json.loads(result.output)["reason"] == "wrong_flag"


def test_grade_of_a_flag_task_without_the_flag_says_where_it_is(run: Run, tmp_path: Path) -> None:
    answer = tmp_path / "answer.txt"
    answer.write_text("x")
    problem = _problem(run("grade", FAMILY, "--seed", 7, "--submission", answer))
    assert "secrets.json" in problem.remedy


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"canary": "x"}'])
def test_grade_refuses_a_malformed_secrets_file(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "s.json"
    file.write_text(content)
    result = run("grade", FAMILY, "--seed", 7, "--secrets", file, "--submission", file)
    assert "no secrets" in _problem(result).what


def test_grade_refuses_a_missing_submission_and_two_flags(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    result = run("grade", FAMILY, "--seed", 7, "--flag", "f", "--submission", missing)
    assert str(missing) in _problem(result).what
    missing.write_text("x")
    both = ("--flag", "f", "--secrets", missing)
    assert (
        "Both" in _problem(run("grade", FAMILY, "--seed", 7, *both, "--submission", missing)).what
    )


def test_verify_prints_counts_by_reason_and_exits_1_below_the_share(
    run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "proofs.jsonl"
    result = run("verify", FAMILY, "--seeds", "0..2", "--out", out, "--jobs", 1)
    assert result.exit_code == 1
    assert re.search(r"setup_failed\W+3\W+100\.0%", result.output)
    assert "seed 2: setup_failed" in result.output
    assert [json.loads(line)["seed"] for line in out.read_text().splitlines()] == ["0", "1", "2"]
    again = run("verify", FAMILY, "--seeds", "0..2", "--out", out, "--share", 0)
    assert again.exit_code == 0
    assert len(out.read_text().splitlines()) == 3


def test_verify_of_secret_seeds_tells_none(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "seeds", tmp_path / "proofs.jsonl"
    run("commit-seeds", "--draw", 2, file)
    result = run("verify", FAMILY, "--seed-file", file, "--out", out, "--share", 0)
    assert result.exit_code == 0
    for seed in read_seed_file(file.read_bytes(), place="").seeds:
        assert str(seed) not in result.output + out.read_text()


@pytest.mark.parametrize(
    "words",
    [(), ("--seeds", "5..1"), ("--seeds", "x"), ("--seeds", "1", "--seed-file", "f")],
)
def test_verify_refuses_unfit_seeds(run: Run, words: tuple[str, ...]) -> None:
    assert _problem(run("verify", FAMILY, *words)).exit_code == 2


def test_verify_refuses_an_unknown_family(run: Run) -> None:
    assert "'patching'" in _problem(run("verify", "patching", "--seeds", "1")).what


def test_verify_says_when_its_output_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("verify", FAMILY, "--seeds", "1", "--out", tmp_path / "file" / "proofs.jsonl")
    assert isinstance(result.exception, UnavailableError | BadInputError)
    assert "proofs.jsonl" in result.exception.what


def test_commit_seeds_draws_prints_and_checks(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "seeds"
    line = run("commit-seeds", "--draw", 3, file).output.strip()
    assert re.fullmatch(r"seatrial-seeds-v1:sha256:[0-9a-f]{64}", line)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("commit-seeds", file).output.strip() == line
    assert run("commit-seeds", "--check", line, file).exit_code == 0
    other = line[:-1] + ("0" if line[-1] != "0" else "1")
    assert run("commit-seeds", "--check", other, file).exit_code == 1
    assert "never overwritten" in _problem(run("commit-seeds", "--draw", 3, file)).remedy
    assert run("commit-seeds", file).output.strip() == line
