import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json


class _Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inner:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outer:
    name: str
    share: float
    colour: _Colour
    many: tuple[_Inner, ...] = ()
    by_name: Mapping[str, int | bool | str] = field(default_factory=dict)
    maybe: _Inner | None = None
    either: str | _Inner = ""


FULL = {
    "name": "n",
    "share": 0.5,
    "colour": "red",
    "many": [{"number": 1}],
    "by_name": {"a": 1, "b": True, "c": "x"},
    "maybe": None,
    "either": {"number": 2},
}


def test_a_record_survives_the_way_to_json_and_back() -> None:
    record = from_json(_Outer, FULL, place="f")

    assert to_json(record) == FULL
    assert from_json(_Outer, to_json(record), place="f") == record
    assert record.by_name["b"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 1}, r"f: name is 1, expected text\."),
        ({"share": True}, r"f: share is True, expected a number\."),
        ({"colour": "blue"}, r"f: colour is 'blue', expected one of red\."),
        ({"many": {"number": 1}}, r"f: many is .*, expected a list\."),
        ({"many": [{"number": 1}, {"number": "2"}]}, r"f: many\[1\]\.number is '2', expected"),
        ({"by_name": {"a": 1.5}}, r"f: by_name\.a is 1\.5, expected a whole number or true"),
        ({"by_name": []}, r"f: by_name is \[\], expected a table\."),
        ({"maybe": {"numbr": 1}}, r"f: maybe\.numbr is not a known field\."),
        ({"either": {"number": "x"}}, r"f: either\.number is 'x', expected a whole number\."),
        ({"either": 3}, r"f: either is 3, expected text or a table\."),
        ({"extra": 1}, r"f: extra is not a known field\."),
    ],
)
def test_an_error_names_the_field_and_what_was_expected(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        from_json(_Outer, {**FULL, **change}, place="f")


def test_a_whole_number_may_stand_for_a_number() -> None:
    assert from_json(_Outer, {**FULL, "share": 1}, place="f").share == 1.0


def test_a_document_that_is_no_table_is_refused() -> None:
    with pytest.raises(BadInputError, match="f: the document is 3, expected a table"):
        from_json(_Outer, 3, place="f")


def test_a_value_that_no_record_holds_is_a_defect() -> None:
    with pytest.raises(TypeError):
        to_json({"a": b"bytes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    at: datetime
    day: date


def test_moments_and_days_read_back_as_they_were() -> None:
    record = Dated(at=datetime(2026, 6, 2, 14, 0, 0, 123000, tzinfo=UTC), day=date(2026, 6, 2))
    written = to_json(record)
    assert written == {"at": "2026-06-02T14:00:00.123Z", "day": "2026-06-02"}
    assert from_json(Dated, written, place="x") == record


def test_toml_gives_moments_and_days_of_its_own() -> None:
    table = tomllib.loads("at = 2026-06-02T16:00:00+02:00\nday = 2026-06-02")
    assert from_json(Dated, table, place="x").at == datetime(2026, 6, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "table",
    [
        {"at": "2026-06-02T14:00:00Z", "day": "2026-06-02"},
        {"at": "2026-06-02 14:00:00.000Z", "day": "2026-06-02"},
        {"at": datetime(2026, 6, 2), "day": "2026-06-02"},  # noqa: DTZ001 - what is refused
        {"at": 5, "day": "2026-06-02"},
        {"at": "2026-06-02T14:00:00.000Z", "day": "20260602"},
        {"at": "2026-06-02T14:00:00.000Z", "day": datetime(2026, 6, 2, tzinfo=UTC)},
        {"at": "2026-06-02T14:00:00.000Z", "day": 20260602},
    ],
)
def test_other_spellings_of_time_are_refused(table: object) -> None:
    with pytest.raises(BadInputError):
        from_json(Dated, table, place="x")
