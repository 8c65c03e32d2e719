"""One entry of the ledger, and its bytes: the leaf of the tree."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, NoReturn, cast

from seatrial.core.canonical import Json, canonical_json, is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.moment import read_moment, show_moment
from seatrial.core.people import Actor, CaseId, PartyId, PersonId
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json

StreamId = NewType("StreamId", str)
"""Aggregate's name, slash, identity: `submission/2f0c9d...`."""

VERSION = 1
"""Of the form of an entry. A reader refuses a later one."""

_STREAM = re.compile(r"[a-z][a-z0-9-]*/[A-Za-z0-9._-]{1,100}")
_KIND = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*")

_ALWAYS = {
    "v": int,
    "stream": str,
    "number": int,
    "kind": str,
    "at": str,
    "actor": dict,
    "facts": dict,
}
_SHAPES = tuple(
    {**_ALWAYS, **more} for more in ({}, {"case": str}, {"key": str}, {"case": str, "key": str})
)
_NONE = type(None)
_ACTOR_SHAPES = tuple(
    {"person": person, "party": party, "by": str}
    for person in (str, _NONE)
    for party in (str, _NONE)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A state change, or a read of something confidential. Facts and digests, never content.

    number: place in its stream, from 0 without gaps.
    kind: aggregate's name, dot, what happened: `submission.withdrawn`.
    at: when, UTC, whole milliseconds.
    case: whose confidentiality covers the facts; None when they are no secret of a case.
    key: idempotency key. Of durable work, the workflow and its step; unique in the ledger.
    facts: what happened, as the kind's own record in JSON.
    """

    stream: StreamId
    number: int
    kind: str
    at: datetime
    actor: Actor
    case: CaseId | None
    key: str | None
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    v: int
    stream: StreamId
    number: int
    kind: str
    at: datetime
    actor: Actor
    case: CaseId | None = None
    key: str | None = None


def entry_bytes(entry: Entry) -> bytes:
    """Give the entry's one byte string, without a newline. Source: RFC 8785."""
    fields: dict[str, Json] = {
        "v": VERSION,
        "stream": entry.stream,
        "number": entry.number,
        "kind": entry.kind,
        "at": show_moment(entry.at),
        "actor": to_json(entry.actor),
        "facts": entry.facts,
    }
    if entry.case is not None:
        fields["case"] = entry.case
    if entry.key is not None:
        fields["key"] = entry.key
    return canonical_json(fields)


def read_entry(content: bytes, *, place: str) -> Entry:
    """Read an entry; any other spelling of the same is refused.

    place: where it stands, for messages.
    Raises: BadInputError naming the place and what was expected.
    """
    parsed = parse_json(content, place=place)
    entry = _plain(parsed)
    if entry is None:
        _refuse(parsed, place)
    check_names(entry, place=place)
    if not is_canonical(content, cast("Json", parsed)):
        raise _not_canonical(place)
    return entry


def check_names(entry: Entry, *, place: str) -> None:
    """Hold stream, number and kind against their forms.

    Raises: BadInputError.
    """
    name, _, _ = entry.stream.partition("/")
    fits = _STREAM.fullmatch(entry.stream) and _KIND.fullmatch(entry.kind) and entry.number >= 0
    if not fits or not entry.kind.startswith(f"{name}."):
        raise BadInputError(
            f"{place}: stream {entry.stream!r}, number {entry.number}, kind {entry.kind!r} do not"
            " name an entry.",
            "A stream is NAME/IDENTITY, its kinds are NAME.EVENT, numbers start at 0.",
        )


def _plain(parsed: object) -> Entry | None:
    """Read an entry's parsed JSON; None when it is no entry. Done a million times in a row."""
    fields = cast("dict[str, object]", parsed)
    if _shape(parsed) not in _SHAPES or fields["v"] != VERSION:
        return None
    actor = cast("dict[str, str]", fields["actor"])
    if _shape(actor) not in _ACTOR_SHAPES:
        return None
    try:
        at = read_moment(cast("str", fields["at"]))
    except ValueError:
        return None
    return Entry(
        stream=cast("StreamId", fields["stream"]),
        number=cast("int", fields["number"]),
        kind=cast("str", fields["kind"]),
        at=at,
        actor=Actor(
            person=cast("PersonId | None", actor["person"]),
            party=cast("PartyId | None", actor["party"]),
            by=actor["by"],
        ),
        case=cast("CaseId | None", fields.get("case")),
        key=cast("str | None", fields.get("key")),
        facts=cast("Mapping[str, Json]", fields["facts"]),
    )


def _shape(parsed: object) -> dict[str, type[object]] | None:
    if not isinstance(parsed, dict):
        return None
    table = cast("dict[str, object]", parsed)
    return {name: type(value) for name, value in table.items()}


def _refuse(parsed: object, place: str) -> NoReturn:
    """Say what is wrong with what is no entry."""
    fields = dict(cast("Mapping[str, Json]", parsed)) if isinstance(parsed, Mapping) else {}
    if not isinstance(fields.pop("facts", None), Mapping):
        raise BadInputError(f"{place} has no table of facts.", "Take the original file.")
    head = from_json(_Head, fields, place=place)
    if head.v != VERSION:
        raise BadInputError(
            f"{place} has form {head.v}; this software reads form {VERSION}.",
            "Read it with the software that wrote it.",
        )
    # What is left is an optional field given as null, a second spelling of leaving it out.
    raise _not_canonical(place)


def _not_canonical(place: str) -> BadInputError:
    return BadInputError(f"{place} is not in canonical form.", "Take the original file.")
