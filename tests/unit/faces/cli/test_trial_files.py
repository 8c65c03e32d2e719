"""`seatrial trial list`, `show` and `resume`, and `verify`, on folders that are not as left."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from seatrial.adapters.bundle_folder import MOST_JSON_BYTES
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.core.problem import BadInputError
from seatrial.core.record import to_json
from seatrial.faces.cli.trial import trial_app
from seatrial.faces.cli.verify import verify

PLAN, REPORT = "plan.dsse.json", "report.json"

SETTING = TrialSetting(
    trial="trial-1",
    started="2026-06-02T10:00:00+00:00",
    model="openai-api/lab/[/]model",
    operator="o",
    jobs=1,
    signing_key="/k",
)


def folder(path: Path) -> None:
    path.mkdir()


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MOST_JSON_BYTES + 1)


def malformed(path: Path) -> None:
    path.write_bytes(b'{"payload": 1')


def nested(path: Path) -> None:
    path.write_bytes(b"[" * 200_000)


def another(path: Path) -> None:
    path.write_bytes(b"[]")


ODD = [folder, fifo, link, huge, malformed, nested, another]


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    """A folder of two trials, both interrupted before their plan was signed."""
    for name in ("one", "two"):
        work = tmp_path / "trials" / name / "work"
        work.mkdir(parents=True)
        (work / "setting.json").write_text(json.dumps(to_json(SETTING)))
    return tmp_path / "trials"


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COLUMNS", "400")
    return iter(())


def run(app: Typer, *words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is None or isinstance(result.exception, SystemExit):
        return result.stdout
    assert isinstance(result.exception, BadInputError), result.exception
    return result.exception.what


def verify_app() -> Typer:
    app = Typer()
    app.command()(verify)
    return app


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("file", [PLAN, "work/setting.json"])
@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_a_folder_that_is_not_as_left_does_not_hide_the_others(
    make: Callable[[Path], None], file: str, trials: Path
) -> None:
    (trials / "one" / file).unlink(missing_ok=True)
    make(trials / "one" / file)

    one, two = (line for line in run(trial_app, "list", trials).splitlines() if " │ " in line)

    assert Path(file).name in one
    assert "[/]model" in two
    assert "interrupted before the plan was signed" in two


@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_a_report_that_is_none_is_named(make: Callable[[Path], None], trials: Path) -> None:
    make(trials / "one" / REPORT)

    said = run(trial_app, "show", trials / "one")

    assert REPORT in said
    assert len(said) < 300


@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_a_plan_that_is_none_is_named_before_a_trial_goes_on(
    make: Callable[[Path], None], trials: Path
) -> None:
    make(trials / "one" / PLAN)

    assert PLAN in run(trial_app, "resume", trials / "one")


@pytest.mark.parametrize("name", ["statement.dsse.json", "plan.dsse.json"])
@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_an_envelope_that_is_none_does_not_verify(
    make: Callable[[Path], None], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEATRIAL_TRUST", str(tmp_path / "none"))
    (tmp_path / "bundle").mkdir()
    make(tmp_path / "bundle" / name)

    said = run(verify_app(), tmp_path / "bundle")

    assert said.startswith("Does not verify.")
    assert "statement.dsse.json" in said


@pytest.mark.parametrize("given", ["--key", "trust file"])
@pytest.mark.parametrize("make", ODD, ids=lambda one: one.__name__)
def test_a_key_that_is_none_is_named(
    make: Callable[[Path], None], given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.pem"
    make(key)
    monkeypatch.setenv("SEATRIAL_TRUST", str(key if given == "trust file" else tmp_path / "none"))
    (tmp_path / "bundle").mkdir()

    said = run(verify_app(), tmp_path / "bundle", *(["--key", key] if given == "--key" else []))

    assert "key.pem" in said
    assert "Does not verify" not in said
