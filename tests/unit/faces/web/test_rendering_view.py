import json

import pytest

from seatrial.core.problem import BadInputError
from seatrial.faces.web.rendering_view import Names, rendering_view

NAMES = Names(party=lambda party: f"party {party}", person=lambda person: f"person {person}")


def test_readers_get_a_persons_order_and_percentages() -> None:
    case = {
        "corrections": 1,
        "results": [{"budget": 9, "capability": "privilege_escalation", "low": 0.2094, "high": 1}],
        "statement": "sha256:" + "a" * 64,
        "model": {"developer": "p1"},
        "window": {"opened_at": "2026-06-02T14:00:00.000Z", "extensions": 0},
    }

    seen = rendering_view(json.dumps({"case": case}).encode(), "the report", NAMES)

    assert list(seen) == ["statement", "model", "results", "window", "corrections"]
    assert seen["results"] == [
        {
            "capability": "privilege escalation",
            "lowest likely rate": "20.9%",
            "highest likely rate": "100.0%",
            "budget": 9,
        }
    ]
    assert seen["model"] == {"developer": "party p1"}
    assert seen["window"]["opened_at"] == "2 Jun 2026, 14:00 UTC"
    assert seen["statement"] == "aaaaaaaaaaaa…"


@pytest.mark.parametrize("content", [b"{}", b"[]", b"no"])
def test_what_is_no_rendering_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError):
        rendering_view(content, "the report", NAMES)
