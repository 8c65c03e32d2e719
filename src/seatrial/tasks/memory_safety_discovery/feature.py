"""A feature: a little state, operations on it, and the calls that use, edge and break it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from seatrial.tasks.memory_safety_discovery.source import Line

Value: TypeAlias = int | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of an operation.

    kind: u8, u16, u32, s16, or blob (bytes, with their length in the local `len`).
    name: the local that holds it.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one record, message, opcode or directive does.

    verb: part of its name. body: statements, without argument reading and final success.
    statics: file-scope declarations right before its function.
    """

    verb: str
    arguments: tuple[Argument, ...]
    body: tuple[Line, ...]
    statics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One use of an operation. operation: index within its feature."""

    operation: int
    values: tuple[Value, ...]


Calls: TypeAlias = tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Made by an idiom.

    weakness: CWE number of what the planted variant has.
    shape: which wording of the idiom; for audits, never shown.
    report: how the sanitizer names the error.
    types: struct definitions; fields: of the program's state.
    opening: statements when the state is made; closing: when it is given up.
    gated: operations that may stand behind conditions without harm to the calls below.
    benign: sequences that a sound program takes without complaint, edges of the guard among them.
    breaking: the sequence that shows the planted defect; empty when the feature is safe.
    """

    idiom: str
    noun: str
    weakness: int
    shape: str
    report: str
    operations: tuple[Operation, ...]
    benign: tuple[Calls, ...]
    gated: tuple[int, ...]
    types: tuple[tuple[str, ...], ...] = ()
    fields: tuple[str, ...] = ()
    opening: tuple[Line, ...] = ()
    closing: tuple[Line, ...] = ()
    breaking: Calls = field(default=())


def without_sites(feature: Feature) -> Feature:
    """Give a feature that is not planted: nothing in it may be where the defect shows."""
    operations = tuple(
        replace(operation, body=_plain(operation.body)) for operation in feature.operations
    )
    return replace(feature, operations=operations, closing=_plain(feature.closing))


def _plain(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(replace(line, site=False) for line in lines)
