"""The quick way to read a record that is as it should be: most are, and lists read hundreds.

One reader is made for each type, once. It keeps no account of where it is: whatever does not fit
raises `NotPlainError`, and the slow way of `core.record` finds out what it is and where. So this
must take nothing that the slow way refuses, nor read it otherwise; what it leaves to the other
costs time only.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NewType, TypeAlias, Union, cast, get_args, get_origin

from seatrial.core.moment import read_moment

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Reader: TypeAlias = Callable[[object], object]
Hints: TypeAlias = Callable[[type[object]], Mapping[str, object]]


class NotPlainError(Exception):
    """The quick way does not read this."""


@cache
def reader_of(kind: object, hints: Hints) -> Reader:
    """Give what reads a value of a type. hints: the fields' types of a record."""
    plain = kind
    if isinstance(kind, NewType):
        return reader_of(kind.__supertype__, hints)
    if get_origin(kind) is not None:
        return _of_others(kind, hints)
    if is_dataclass(kind):
        return _record(cast("type[DataclassInstance]", kind), hints)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(kind)
    # A name of its own: type checkers narrowed the other.
    return _PLAIN.get(plain, _nothing)


def _of_others(kind: object, hints: Hints) -> Reader:
    """Give what reads a type that is made of others."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind), hints)
    if origin is tuple:
        return _tuple(reader_of(get_args(kind)[0], hints))
    return _mapping(reader_of(get_args(kind)[1], hints)) if origin is Mapping else _nothing


def _nothing(_value: object) -> object:
    raise NotPlainError


def _plain(kind: type[object]) -> Reader:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise NotPlainError
        return value

    return read


def _moment(value: object) -> object:
    if type(value) is not str:
        raise NotPlainError
    try:
        return read_moment(value)
    except ValueError:
        raise NotPlainError from None


def _number(value: object) -> object:
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise NotPlainError


_PLAIN: Mapping[object, Reader] = {
    str: _plain(str),
    int: _plain(int),
    bool: _plain(bool),
    float: _number,
    datetime: _moment,
}


def _member(kind: type[StrEnum]) -> Reader:
    members = {one.value: one for one in kind}

    def read(value: object) -> object:
        found = members.get(value) if type(value) is str else None
        if found is None:
            raise NotPlainError
        return found

    return read


def _tuple(member: Reader) -> Reader:
    def read(value: object) -> object:
        if type(value) is not list:
            raise NotPlainError
        return tuple(map(member, cast("list[object]", value)))

    return read


def _mapping(member: Reader) -> Reader:
    def read(value: object) -> object:
        table = _table(value)
        if not all(type(key) is str for key in table):
            raise NotPlainError
        return {key: member(one) for key, one in table.items()}

    return read


def _union(kinds: tuple[object, ...], hints: Hints) -> Reader:
    real = [kind for kind in kinds if kind is not type(None)]
    # Of several, the slow way takes the first that fits; only one is sure to be the same here.
    only = reader_of(real[0], hints) if len(real) == 1 else _nothing
    if len(real) == len(kinds):
        return only
    return lambda value: None if value is None else only(value)


def _record(kind: "type[DataclassInstance]", hints: Hints) -> Reader:
    readers: dict[str, Reader] = {}
    needed: set[str] = set()

    def prepare() -> None:
        types_of, of = hints(kind), fields(kind)
        needed.update(
            one.name for one in of if one.default is MISSING and one.default_factory is MISSING
        )
        readers.update({one.name: reader_of(types_of[one.name], hints) for one in of})

    def read(value: object) -> object:
        table = _table(value)
        if not readers:
            # Not before the first is read: a record may hold others of its kind.
            prepare()
        if not (needed <= table.keys() <= readers.keys()):
            raise NotPlainError
        return kind(**{name: readers[name](one) for name, one in table.items()})

    return read


def _table(value: object) -> dict[str, object]:
    if type(value) is not dict:
        raise NotPlainError
    return cast("dict[str, object]", value)
