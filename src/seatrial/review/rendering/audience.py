"""Who may see which field of a record: marked at the field, hidden when it is not marked."""

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from enum import StrEnum
from typing import cast

from seatrial.core.canonical import Json
from seatrial.core.record import to_json


class Audience(StrEnum):
    """Whom a rendering is for."""

    PUBLIC = "public summary"
    DEVELOPER = "developer report"
    ANNEX = "confidential annex"


_AUDIENCES = "seatrial.audiences"
_QUOTED = "seatrial.quoted"

Marks = Mapping[str, object]


def for_everyone(*, quoted: bool = False) -> Marks:
    """Mark a field that all three show. quoted: it holds a party's own words."""
    return _mark(*Audience, quoted=quoted)


def for_developer(*, quoted: bool = False) -> Marks:
    """Mark a field that the developer and the annex's readers see."""
    return _mark(Audience.DEVELOPER, Audience.ANNEX, quoted=quoted)


def for_annex(*, quoted: bool = False) -> Marks:
    """Mark a field that only the annex shows."""
    return _mark(Audience.ANNEX, quoted=quoted)


def _mark(*audiences: Audience, quoted: bool) -> Marks:
    return {_AUDIENCES: frozenset(audiences), _QUOTED: quoted}


def select(record: object, audience: Audience) -> Json:
    """Give a record's fields for an audience, as JSON, records within records too.

    Raises: TypeError for a field without a mark: forgetting one shows nothing to anybody.
    """
    if isinstance(record, tuple):
        return [select(one, audience) for one in cast("tuple[object, ...]", record)]
    if not is_dataclass(record) or isinstance(record, type):
        return to_json(record)
    return {
        field.name: select(getattr(record, field.name), audience)
        for field in fields(record)
        if audience in _audiences(field)
    }


def restricted_values(
    record: object, audience: Audience, path: str = ""
) -> Iterator[tuple[str, str]]:
    """Give path and text of every value that an audience must not see."""
    if isinstance(record, tuple):
        for n, one in enumerate(cast("tuple[object, ...]", record)):
            yield from restricted_values(one, audience, f"{path}[{n}]")
    elif is_dataclass(record) and not isinstance(record, type):
        for field in fields(record):
            value, inner = getattr(record, field.name), f"{path}.{field.name}".lstrip(".")
            if audience in _audiences(field):
                yield from restricted_values(value, audience, inner)
            else:
                yield from ((place, text) for place, text in _texts(to_json(value), inner))


def shown_values(record: object, audience: Audience) -> Iterator[tuple[str, str]]:
    """Give path and text of every value that an audience sees."""
    yield from _texts(select(record, audience), "")


def own_words(record: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Give path and text of every value that is ours, not quoted from a party."""
    if isinstance(record, tuple):
        for n, one in enumerate(cast("tuple[object, ...]", record)):
            yield from own_words(one, f"{path}[{n}]")
    elif is_dataclass(record) and not isinstance(record, type):
        for field in fields(record):
            if not field.metadata[_QUOTED]:
                inner = f"{path}.{field.name}".lstrip(".")
                yield from own_words(getattr(record, field.name), inner)
    else:
        yield from _texts(to_json(record), path)


def _texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for n, one in enumerate(value):
            yield from _texts(one, f"{path}[{n}]")


def _audiences(field: "Field[object]") -> frozenset[Audience]:
    marked = field.metadata.get(_AUDIENCES)
    if marked is None:
        raise TypeError(f"the field {field.name} is marked for no audience")
    return cast("frozenset[Audience]", marked)
