"""Gives the made-up trial to the tests of these folders."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

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
