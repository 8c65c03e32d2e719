"""Records: frozen dataclasses to JSON and back, with errors that name the place.

Every file of a trial is a record. One reader for all of them means that each rejects the
same things at the edge: a missing field, an unknown one, a value of another type.
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import (
    TYPE_CHECKING,
    NewType,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from seatrial.core.canonical import Json
from seatrial.core.moment import read_moment, show_moment, whole_milliseconds
from seatrial.core.problem import BadInputError
from seatrial.core.record_reader import NotPlainError, reader_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")

_NAMES: Mapping[type[object], str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime: "a moment such as 2026-06-02T14:00:00.000Z",
    date: "a date such as 2026-06-02",
}


def to_json(value: object) -> Json:
    """Turn a record, or a tuple, mapping or plain value in one, into JSON.

    Raises: TypeError for a value that no record may hold.
    """
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):  # a datetime is one too
        return show_moment(value) if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return {key: to_json(member) for key, member in members.items()}
    if isinstance(value, tuple):
        return [to_json(member) for member in cast("tuple[object, ...]", value)]
    raise TypeError(f"{type(value).__name__} cannot be part of a record")


def from_json(kind: type[T], value: object, *, place: str) -> T:
    """Read a record of type `kind` from parsed JSON or TOML.

    place: file name, which errors start with; the path of the field follows.
    Raises: BadInputError naming the path and what was expected.
    """
    try:
        return cast("T", reader_of(cast("object", kind), _hints)(value))
    except NotPlainError:
        return cast("T", _read(kind, value, place, ""))


def _read(kind: object, value: object, place: str, path: str) -> object:
    if isinstance(kind, NewType):
        return _read(kind.__supertype__, value, place, path)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), value, place, path)
    if origin is tuple:
        return _read_tuple(get_args(kind)[0], value, place, path)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        member = get_args(kind)[1]
        return {
            key: _read(member, one, place, _join(path, key))
            for key, one in _table(value, place, path).items()
        }
    return _read_class(cast("type[object]", kind), value, place, path)


def _read_tuple(member: object, value: object, place: str, path: str) -> object:
    if not isinstance(value, list | tuple):
        raise _wrong(place, path, "a list", value)
    listed = cast("Sequence[object]", value)
    return tuple(_read(member, one, place, f"{path}[{i}]") for i, one in enumerate(listed))


def _read_class(kind: type[object], value: object, place: str, path: str) -> object:
    if is_dataclass(kind):
        return _read_record(kind, value, place, path)
    if issubclass(kind, StrEnum):
        if value not in [member.value for member in kind]:
            raise _wrong(place, path, _expected(kind), value)
        return kind(value)
    if kind is type(None) and value is None:
        return None
    if kind is float and type(value) is int:
        return float(value)
    if kind in (datetime, date):
        return _read_time(kind, value, place, path)
    # bool is a subclass of int: `true` must not pass for 1.
    if kind not in _NAMES or type(value) is not kind:
        raise _wrong(place, path, _expected(kind), value)
    return value


def _read_time(kind: object, value: object, place: str, path: str) -> datetime | date:
    """Read JSON's text, or TOML's own moments and dates. A moment needs a zone."""
    try:
        if kind is datetime and isinstance(value, datetime):
            return whole_milliseconds(value)
        if kind is datetime and isinstance(value, str):
            return read_moment(value)
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    # A datetime is a date too, and fromisoformat takes other spellings.
    if kind is date and type(found) is date and str(found) == str(value):
        return found
    raise _wrong(place, path, _expected(kind), value)


def _read_record(kind: "type[DataclassInstance]", value: object, place: str, path: str) -> object:
    table = _table(value, place, path)
    hints = _hints(kind)
    known = {field.name: field for field in fields(kind)}
    for name in table:
        if name not in known:
            raise BadInputError(
                f"{place}: {_join(path, name)} is not a known field.",
                f"Choose from: {', '.join(known)}.",
            )
    given: dict[str, object] = {}
    for name, field in known.items():
        if name in table:
            given[name] = _read(hints[name], table[name], place, _join(path, name))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadInputError(
                f"{place}: {_join(path, name)} is missing.", f"Give {_expected(hints[name])}."
            )
    return kind(**given)


@cache
def _hints(kind: type[object]) -> Mapping[str, object]:
    return get_type_hints(kind)


def _read_union(kinds: tuple[object, ...], value: object, place: str, path: str) -> object:
    if value is None and type(None) in kinds:
        return None
    real = [kind for kind in kinds if kind is not type(None)]
    for kind in real:
        try:
            return _read(kind, value, place, path)
        except BadInputError:
            # The only candidate left, and that for a table: its own error names a deeper path.
            if len(real) == 1 or (_is_table(value) and kind is real[-1]):
                raise
    raise _wrong(place, path, " or ".join(_expected(kind) for kind in real), value)


def _expected(kind: object) -> str:
    if isinstance(kind, NewType):
        return _expected(kind.__supertype__)
    if get_origin(kind) is tuple:
        return "a list"
    for plain, name in _NAMES.items():
        if kind is plain:
            return name
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(member.value for member in kind)}"
    return "a table"


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _table(value: object, place: str, path: str) -> Mapping[str, object]:
    table = cast("Mapping[object, object]", value)
    if not isinstance(value, Mapping) or any(not isinstance(key, str) for key in table):
        raise _wrong(place, path, "a table", table)
    return cast("Mapping[str, object]", table)


def _join(path: str, name: str) -> str:
    # A name from outside may hold half a character, which no page and no terminal can show.
    shown = name.encode("utf-8", "backslashreplace").decode()
    return f"{path}.{shown}" if path else shown


def _wrong(place: str, path: str, expected: str, value: object) -> BadInputError:
    found = repr(value)
    shown = found if len(found) <= 60 else found[:57] + "..."  # noqa: PLR2004 - one line of a terminal
    return BadInputError(
        f"{place}: {path or 'the document'} is {shown}, expected {expected}.",
        f"Correct it in {place}.",
    )
