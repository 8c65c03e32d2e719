"""`seatrial task` given what nobody should give it."""

import os
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from seatrial.core.problem import BadInputError
from seatrial.faces.cli.task import task_app
from seatrial.faces.cli.task_files import MOST_READ_BYTES, read_given, read_secrets

FAMILY = "memory_safety_discovery"


def _problem(*words: object) -> str:
    result: Result = CliRunner().invoke(task_app, [str(word) for word in words])
    assert isinstance(result.exception, BadInputError), result.exception
    return result.exception.what


@pytest.mark.parametrize(
    "seed", ["-1", "abc", "1.0", "1_0", "", "٣", str(2**128), "9" * 5000], ids=lambda s: s[:9]
)
def test_what_is_no_seed_is_refused_in_a_short_line(seed: str, tmp_path: Path) -> None:
    said = _problem("show", FAMILY, f"--seed={seed}", tmp_path / "task")
    assert "is no seed" in said
    assert len(said) < 100


@pytest.mark.parametrize("seeds", ["9..0", "-5..3", "0,0", "", "٣", "0..٣", "9" * 5000])
def test_what_is_no_range_of_seeds_is_refused(seeds: str) -> None:
    assert _problem("verify", FAMILY, f"--seeds={seeds}").startswith("--seeds: ")


def test_a_dial_given_twice_is_refused(tmp_path: Path) -> None:
    words = ("--dial", "depth=0", "--dial", "depth=3")
    assert _problem("show", FAMILY, "--seed", 1, *words, tmp_path / "t") == (
        "dial depth is given twice."
    )


def test_a_submission_that_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), Path("/dev/tty")):
        said = _problem("grade", FAMILY, "--seed", 1, "--submission", path)
        assert "no regular file" in said or "cannot be read" in said


def test_a_file_without_end_is_read_up_to_a_bound(tmp_path: Path) -> None:
    endless = tmp_path / "sparse"
    with endless.open("wb") as file:
        file.truncate(10 << 30)
    assert len(read_given(endless)) == MOST_READ_BYTES + 1
    (tmp_path / "all").write_bytes(b"as it is")
    assert read_given(tmp_path / "all") == b"as it is"


def test_secrets_from_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInputError, match="no regular file"):
        read_secrets(tmp_path / "pipe")
