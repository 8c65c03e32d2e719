"""`seatrial image` from the command line."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.faces.cli import image as image_face


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(image_face, "_take_rights", lambda: None)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(image_face.image_app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_an_image_goes_out_and_comes_back(tmp_path: Path, tars: SimpleNamespace) -> None:
    tar = tars.write(tmp_path / "t.tar", tars.file("hello", b"x"))
    assert "No images yet" in run("list")
    first = run("import", str(tar), "--name", "mine")
    run("export", "mine", str(tmp_path / "out"))
    assert run("import", str(tmp_path / "out"), "--name", "again") == first.replace("mine", "again")
    shown = json.loads(run("show", "again", "--verify"))
    assert f"mine {shown['digest']}" in first
    run("export", "mine", str(tmp_path / "out.tar"), "--tar")
    assert (tmp_path / "out.tar").stat().st_size > 0
    assert "again" in run("list")
    run("remove", "again")
    assert "again" not in run("list")


def test_problems_reach_the_caller_as_problems() -> None:
    runner = CliRunner()
    missing = runner.invoke(image_face.image_app, ["show", "workbench"])
    assert isinstance(missing.exception, UnavailableError)
    unknown = runner.invoke(image_face.image_app, ["build", "nosuch"])
    assert isinstance(unknown.exception, BadInputError)
