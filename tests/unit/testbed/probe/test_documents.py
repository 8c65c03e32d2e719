"""The reference lists every check, and the threat model names tests that are there."""

import re
from pathlib import Path

import pytest

from seatrial.testbed.probe.checks import CHECKS, SHARED_KERNEL

ROOT = Path(__file__).parents[4]
REFERENCE = (ROOT / "docs" / "reference" / "containment-probe.md").read_text()
THREATS = (ROOT / "docs" / "explanation" / "threat-model.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)`", THREATS)))


def test_every_check_is_in_the_reference() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", REFERENCE, re.MULTILINE)

    assert listed == list(CHECKS)
    assert all(f"`{name}`" in REFERENCE for name in SHARED_KERNEL)


@pytest.mark.parametrize("name", NAMED)
def test_a_test_named_in_the_threat_model_exists(name: str) -> None:
    base = ROOT if name.startswith("tests/") else ROOT / "tests" / "contracts" / "testbed"

    assert (base / name).is_file()
