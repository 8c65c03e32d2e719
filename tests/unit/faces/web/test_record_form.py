from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from seatrial.core.canonical import Digest
from seatrial.faces.web.forms.record_form import form_for, read_record


class Colour(StrEnum):
    RED = "red"
    SEA_GREEN = "sea-green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    reason: str
    ends_at: datetime
    on: date
    days: int
    colour: Colour
    colours: tuple[Colour, ...]
    lines: tuple[str, ...]
    plan: Digest
    partner: str | None = None
    open_weights: bool = False


TYPED = {
    "reason": "Because it is late.",
    "ends_at": "2026-06-02T14:30",
    "on": "2026-06-02",
    "days": "30",
    "colour": "sea-green",
    "colours": ["red", "sea-green"],
    "lines": "one\n\n  two \n",
    "plan": "sha256:" + "0" * 64,
    "open_weights": "on",
}


def test_what_is_typed_becomes_the_record() -> None:
    form = form_for(Plain)(TYPED)
    assert form.is_valid(), form.errors
    assert read_record(Plain, form) == Plain(
        reason="Because it is late.",
        ends_at=datetime(2026, 6, 2, 14, 30, tzinfo=UTC),
        on=date(2026, 6, 2),
        days=30,
        colour=Colour.SEA_GREEN,
        colours=(Colour.RED, Colour.SEA_GREEN),
        lines=("one", "two"),
        plan=Digest("sha256:" + "0" * 64),
        partner=None,
        open_weights=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reason", ""),
        ("reason", "x" * 10_001),
        ("ends_at", "tomorrow"),
        ("days", "thirty"),
        ("colour", "blue"),
        ("colours", ["blue"]),
        ("plan", "sha256:00"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(name: str, value: object) -> None:
    form = form_for(Plain)({**TYPED, name: value})
    assert not form.is_valid()
    assert list(form.errors) == [name]


def test_given_fields_are_not_asked_for() -> None:
    form = form_for(Plain, given={"days": 7})({**TYPED, "days": "99"})
    assert form.is_valid()
    assert read_record(Plain, form, {"days": 7}).days == 7


def test_records_in_records_need_forms_of_their_own() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Outer:
        inner: tuple[Plain, ...]

    with pytest.raises(TypeError):
        form_for(Outer)
