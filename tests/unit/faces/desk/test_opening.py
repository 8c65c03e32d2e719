from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seatrial.core.canonical import Digest
from seatrial.core.problem import UnavailableError
from seatrial.faces.desk.opening import incident_opened
from seatrial.faces.desk.policy import PolicyInForce
from seatrial.review.incident.events import Source
from seatrial.review.programme.policy import parse_programme

EXAMPLE = Path(__file__).parents[4] / "policy" / "programme-example.toml"
POLICY = parse_programme(EXAMPLE.read_text(encoding="utf-8"), place="example")
DIGEST = Digest("sha256:" + "a" * 64)
GIVEN: dict[str, Any] = {
    "source": Source.HAND,
    "case": None,
    "title": "A laptop was lost",
    "account": DIGEST,
    "known_at": datetime(2026, 11, 24, 2, tzinfo=UTC),
    "affected": (),
}


def test_four_clocks_run_by_the_policys_calendar() -> None:
    """In New York it is Monday evening; Thursday is Thanksgiving; business days end at midnight."""
    opened = incident_opened(PolicyInForce(policy=POLICY, digest=DIGEST), **GIVEN)

    assert [(one.name, one.due) for one in opened.clocks] == [
        ("first-notice", datetime(2026, 11, 27, 2, tzinfo=UTC)),
        ("material-notice", datetime(2026, 12, 1, 4, 59, 59, 999_000, tzinfo=UTC)),
        ("report", datetime(2026, 12, 24, 2, tzinfo=UTC)),
        ("follow-up", datetime(2027, 2, 22, 2, tzinfo=UTC)),
    ]


def test_a_zone_that_the_machine_does_not_know_is_named() -> None:
    strange = replace(POLICY, calendar=replace(POLICY.calendar, zone="Atlantis/Capital"))

    with pytest.raises(UnavailableError, match="Atlantis/Capital"):
        incident_opened(PolicyInForce(policy=strange, digest=DIGEST), **GIVEN)
