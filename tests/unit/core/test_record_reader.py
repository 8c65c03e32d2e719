"""The quick way to read a record takes what is as it should be, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.core.record_reader import NotPlainError, reader_of


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    number: int
    within: "Inner | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    name: str
    share: float
    colour: Colour
    at: datetime
    flag: bool = False
    many: tuple[Inner, ...] = ()
    by_name: Mapping[str, int] = field(default_factory=dict)
    maybe: Inner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    day: date | None = None
    either: str | int = ""


GOOD: dict[str, Any] = {
    "name": "n",
    "share": 1,
    "colour": "red",
    "at": "2026-06-02T14:00:00.000Z",
    "flag": True,
    "many": [{"number": 1}, {"number": 2, "within": {"number": 3, "within": None}}],
    "by_name": {"a": 1},
    "maybe": {"number": 4},
}


def quick(kind: object, value: object) -> Any:
    return reader_of(kind, get_type_hints)(value)


def test_a_plain_record_is_read_at_once() -> None:
    record = quick(Outer, GOOD)

    assert to_json(record) == GOOD | {
        "many": [{"number": 1, "within": None}, GOOD["many"][1]],
        "maybe": {"number": 4, "within": None},
    }
    assert type(record.share) is float
    assert record.at == datetime(2026, 6, 2, 14, tzinfo=UTC)
    assert quick(Outer | None, None) is None


@pytest.mark.parametrize("value", [{"day": "2026-06-02"}, {"either": 1}])
def test_what_the_quick_way_leaves_is_read_by_the_slow_one(value: dict[str, object]) -> None:
    with pytest.raises(NotPlainError):
        quick(Odd, value)

    assert to_json(from_json(Odd, value, place="f")) == {"day": None, "either": ""} | value


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 3)
    | st.floats(0, 3)
    | st.sampled_from(["red", "n", "2026-06-02T14:00:00.000Z", "2026-06-02T14:00:00Z"])
    | st.just(datetime(2026, 6, 2, tzinfo=UTC)),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["number", "within", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(
    changes=st.dictionaries(st.sampled_from([*GOOD, "more"]), ANYTHING, max_size=2),
    without=st.sets(st.sampled_from(list(GOOD)), max_size=1),
)
def test_both_ways_give_the_same(changes: dict[str, object], without: set[str]) -> None:
    value = {name: one for name, one in (GOOD | changes).items() if name not in without}
    try:
        found = quick(Outer, value)
    except NotPlainError:
        return

    # With that field, nothing was read by the quick way.
    slow = from_json(Slow, value | {"odd": "x"}, place="f")
    assert [getattr(found, one.name) for one in fields(Outer)] == [
        getattr(slow, one.name) for one in fields(Outer)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Outer):
    """Its further field is of a type that only the slow way reads."""

    odd: str | int = ""


def test_what_does_not_fit_is_named_by_the_slow_way() -> None:
    with pytest.raises(BadInputError, match=r"f: many\[0\]\.number is '1', expected a whole"):
        from_json(Outer, GOOD | {"many": [{"number": "1"}]}, place="f")
