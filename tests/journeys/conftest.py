"""The command as a user runs it: a process of its own, keys and trust in a folder of the test."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAN = Path(__file__).parent / "small.toml"

Seatrial = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def environment(shared: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "SEATRIAL_KEY": str(shared / "keys" / "signing.pem"),
        "SEATRIAL_TRUST": str(shared / "keys" / "trusted.pem"),
        "REFERENCE_API_KEY": "any",
        "COLUMNS": "200",
    }


@pytest.fixture(scope="session")
def seatrial(environment: Mapping[str, str]) -> Seatrial:
    """Run `seatrial` with arguments and give what it printed and how it ended."""

    def run(*arguments: object, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "seatrial", *map(str, arguments)],
            cwd=ROOT,
            env={**environment, **extra},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    return run


@pytest.fixture(scope="session")
def trial(seatrial: Seatrial, shared: Path) -> Callable[[str, str], Path]:
    """Give the folder of a finished trial of a reference model, run once for all workers."""

    def run(model: str, name: str) -> Path:
        folder = shared / "trials" / f"{model}-{name}"
        folder.parent.mkdir(exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "statement.dsse.json").exists():
                ran = seatrial(
                    *("trial", "run", "--plan", PLAN, "--model", f"reference/{model}"),
                    *("--controls", "--trust-own-key", "--out", folder),
                )
                assert ran.returncode == 0, ran.stdout + ran.stderr
        return folder

    return run


@pytest.fixture
def bundle(trial: Callable[[str, str], Path], tmp_path: Path) -> Path:
    """A copy of a real bundle, without what only the harness needs."""
    copy = tmp_path / "bundle"
    shutil.copytree(trial("novice", "first"), copy, ignore=shutil.ignore_patterns("work"))
    return copy
