"""Gives the made-up trial, its bundle and its verification to the tests of this folder."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from seatrial.formats.bundle_check import verify_bundle
from seatrial.formats.bundle_content import ReadLogs
from seatrial.formats.finding import Finding

_PATH = Path(__file__).parents[2] / "golden" / "made_up_trial.py"


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """The module tests/golden/made_up_trial.py."""
    spec = importlib.util.spec_from_file_location("made_up_trial", _PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["made_up_trial"] = module
    spec.loader.exec_module(module)
    return module


def reader(files: dict[str, bytes]) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path]

    return read


@pytest.fixture(scope="session")
def files(made_up: ModuleType) -> dict[str, bytes]:
    bundle: dict[str, bytes] = made_up.made_up_trial().bundle()
    return bundle


@pytest.fixture
def check(made_up: ModuleType) -> Callable[[dict[str, bytes]], tuple[Finding, ...]]:
    trusted = made_up.TestSigner().trusted
    logs = made_up.made_up_trial().read_logs

    def run(files: dict[str, bytes], read_logs: ReadLogs = logs) -> tuple[Finding, ...]:
        return verify_bundle(
            reader(files),
            list(files),
            trusted,
            read_logs=read_logs,
            software=made_up.SOFTWARE,
        )

    return run
