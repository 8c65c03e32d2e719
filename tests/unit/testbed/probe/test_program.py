"""The program is compiled once, and what it is told is checked."""

import subprocess
from pathlib import Path

import pytest

from seatrial.core.problem import UnavailableError
from seatrial.testbed.places import default_places
from seatrial.testbed.probe.bait import host_bait
from seatrial.testbed.probe.program import build_probe


def test_the_program_is_kept_by_its_sources() -> None:
    cache = default_places().cache

    assert build_probe(cache) == build_probe(cache)


@pytest.mark.parametrize("arguments", [[], ["check", "more"], ["unknown"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    program = build_probe(default_places().cache)

    done = subprocess.run([program, *arguments], input=b"", capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (3, b"")


@pytest.mark.parametrize("text", ["unknown key\n", "address\n", "address " + "x" * 200 + "\n"])
def test_what_it_does_not_understand_stops_it(text: str) -> None:
    program = build_probe(default_places().cache)

    done = subprocess.run([program, "check"], input=text.encode(), capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (3, b"")


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnavailableError, match="gcc"):
        build_probe(tmp_path)


def test_bait_listens_on_loopback_at_least() -> None:
    with host_bait() as bait:
        assert {"127.0.0.1", "::1"} <= {address for address, _ in bait.addresses}
        assert bait.abstract_name
