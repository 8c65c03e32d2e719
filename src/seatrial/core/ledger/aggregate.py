"""Aggregates: things that are the fold of their entries.

An aggregate's events are frozen dataclasses; its `kinds` give each a name in the ledger. Rules
are two pure functions, `decide` and `evolve`; both take time and identity as arguments.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from seatrial.core.canonical import Json
from seatrial.core.ledger.entry import Entry
from seatrial.core.people import Actor
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.core.record import from_json, to_json

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a decision may know besides state and command. at: UTC, whole milliseconds."""

    at: datetime
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Generic[S, C, E]):
    """One sort of thing whose history is in the ledger.

    name: of its streams and kinds, e.g. `submission`.
    initial: state before the first entry.
    kinds: what happened, e.g. `withdrawn`, to the class that holds its facts.
    decide: gives the events that a command leads to, at least one; raises NotPossibleError.
    evolve: gives the state after an event that decide gave. Never raises.
    """

    name: str
    initial: S
    kinds: Mapping[str, type[E]]
    decide: Callable[[S, C, Setting], tuple[E, ...]]
    evolve: Callable[[S, E, Setting], S]


class NotPossibleError(RefusedError):
    """A command does not fit the state: the caller looks at the state anew and chooses again."""


class ConflictError(RefusedError):
    """Somebody else changed the thing meanwhile; nothing was written. Look again, then retry."""


def event_facts(aggregate: Aggregate[S, C, E], event: E) -> tuple[str, Mapping[str, Json]]:
    """Give an event's kind, aggregate's name included, and its facts."""
    for name, kind in aggregate.kinds.items():
        if type(event) is kind:
            return f"{aggregate.name}.{name}", cast("Mapping[str, Json]", to_json(event))
    raise TypeError(f"{type(event).__name__} is no event of {aggregate.name}")


def read_event(aggregate: Aggregate[S, C, E], entry: Entry, *, place: str) -> E:
    """Read an entry's facts as the event that they are.

    Raises: BadInputError for a kind or a fact that the aggregate does not know.
    """
    name, _, happened = entry.kind.partition(".")
    kind = aggregate.kinds.get(happened)
    if name != aggregate.name or kind is None:
        raise BadInputError(
            f"{place} is a {entry.kind}, no kind of {aggregate.name}.",
            "Read it with the software that wrote it.",
        )
    return from_json(kind, entry.facts, place=place)


def fold(aggregate: Aggregate[S, C, E], entries: Iterable[Entry], *, since: S | None = None) -> S:
    """Give the state after the entries of one stream, in order.

    since: the state before the first of them; None for the beginning.
    Raises: BadInputError as `read_event`.
    """
    state = aggregate.initial if since is None else since
    for entry in entries:
        event = read_event(aggregate, entry, place=f"{entry.stream} entry {entry.number}")
        state = aggregate.evolve(state, event, Setting(at=entry.at, actor=entry.actor))
    return state
