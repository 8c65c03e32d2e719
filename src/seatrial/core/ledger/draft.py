"""A draft: commands decided on one after the other, and all that they will write.

Pure: what was written before comes from a `Past`, and whoever owns the draft writes it. So a
failure before that writes nothing, and many commands cost one transaction.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Protocol, TypeVar, cast

from seatrial.core.ledger.aggregate import (
    Aggregate,
    ConflictError,
    NotPossibleError,
    Setting,
    event_facts,
    fold,
    read_event,
)
from seatrial.core.ledger.entry import Entry, StreamId, check_names, entry_bytes
from seatrial.core.ledger.port import KeyReusedError, Outcome, Recorded
from seatrial.core.ledger.projection import Columns, Projection
from seatrial.core.ledger.tree import Frontier, Node, leaf_hash
from seatrial.core.moment import whole_milliseconds
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


KEY = re.compile(r"[A-Za-z0-9._:/@-]{1,200}(#[0-9]+)?")
"""Of an idempotency key: a workflow and its step; in a unit, with the command's number. Entries
after a command's first add `+` and their number."""


CASE = re.compile(r"[A-Za-z0-9._-]{1,100}")
"""Of a case: as a stream's identity, which it often is."""

NAME_LENGTH = 200
"""Of stages, parties and cases at most: longer than any that `core` makes."""

MAX_ENTRY_BYTES = 1024 * 1024
"""Of an entry: no reader of an export takes a longer one. Facts and digests take hundreds."""


class Past(Protocol):
    """What is written already."""

    def state(self, projection: Projection[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and its number of entries: the initial one and 0 for none."""
        ...

    def keyed(self, key: str) -> StreamId | None:
        """Give the stream that has the entry with an idempotency key."""
        ...

    def history(self, stream: StreamId) -> tuple[Recorded, ...]:
        """Give a stream's entries, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A stream as it will be. number: its entries. at: of the last. text: the state's spelling.

    remarked: its marks are others than before.
    """

    aggregate: str
    state: object
    text: str
    columns: Columns
    number: int
    at: datetime
    remarked: bool = False


def changed(projection: Projection[S, C, E], state: S, number: int, at: datetime) -> Changed:
    """Give a stream as it will be.

    Raises: BadInputError when its row could not hold the state.
    """
    try:
        text, columns = projection.write_state(state), projection.columns(state)
    except ValueError as error:
        raise _unspeakable(projection.aggregate.name, error) from error
    names = [columns.stage, columns.party or "", columns.case or ""]
    for mark in columns.marks:
        names += (mark.value, mark.sort)
    for name in names:
        if len(name) > NAME_LENGTH or "\0" in name:
            raise BadInputError(
                f"{name[:60]!r} is no name for a list.", f"Give at most {NAME_LENGTH} characters."
            )
    return Changed(
        aggregate=projection.aggregate.name,
        state=state,
        text=text,
        columns=columns,
        number=number,
        at=at,
    )


@dataclass(slots=True, kw_only=True)
class Draft:
    """Commands decided on, not written yet. frontier, at: of the ledger, then with the draft."""

    past: Past
    projections: Mapping[str, Projection[Any, Any, Any]]
    frontier: Frontier
    at: datetime | None
    entries: list[Recorded] = field(default_factory=list[Recorded])
    nodes: list[Node] = field(default_factory=list[Node])
    changed: dict[StreamId, Changed] = field(default_factory=dict[StreamId, Changed])

    def state(self, aggregate: Aggregate[S, C, E], stream: StreamId) -> tuple[S, int]:
        """Give a stream's state and number of entries as if the draft was written."""
        if stream in self.changed:
            held = self.changed[stream]
            return cast("S", held.state), held.number
        return self.past.state(self._projection(aggregate), stream)

    def handle(
        self,
        aggregate: Aggregate[S, C, E],
        stream: StreamId,
        command: C,
        setting: Setting,
        *,
        expected: int | None = None,
        key: str | None = None,
        case: CaseId | None = None,
    ) -> Outcome[S]:
        """Decide on a command and note its entries; see `Ledger.handle`. Nothing, if it raises."""
        if key is not None:
            if not KEY.fullmatch(key):
                raise BadInputError(
                    f"{key[:60]!r} is no idempotency key.",
                    "Give 1 to 200 letters, digits and . _ : / @ -",
                )
            owner = self._owner(key)
            if owner is not None:
                return self._again(owner, key, aggregate, stream, command=command, setting=setting)
        if case is not None and not CASE.fullmatch(case):
            raise BadInputError(f"{case[:60]!r} names no case.", "Use letters, digits and . _ -")
        before, number = self.state(aggregate, stream)
        if expected is not None and expected != number:
            raise ConflictError(
                f"{stream} has {number} entries; {expected} were expected:"
                " somebody changed it meanwhile.",
                "Look at it again, then decide anew.",
            )
        setting = self._in_order(setting)
        state, recorded = before, list[Recorded]()
        for event in aggregate.decide(before, command, setting):
            kind, facts = event_facts(aggregate, event)
            entry = Entry(
                stream=stream,
                number=number,
                kind=kind,
                at=setting.at,
                actor=setting.actor,
                case=case,
                key=_entry_key(key, len(recorded)),
                facts=facts,
            )
            place = f"{stream} entry {number}"
            check_names(entry, place=place)
            # The state follows what can be read back, not what was decided: the same in replay.
            state = aggregate.evolve(state, read_event(aggregate, entry, place=place), setting)
            index = self.frontier.size + len(recorded)
            content = _content(entry, place)
            recorded.append(Recorded(index=index, entry=entry, content=content))
            number += 1
        if not recorded:
            raise TypeError(f"{aggregate.name} decided on nothing")
        held = changed(self._projection(aggregate), state, number, setting.at)
        self._note(stream, self._marked(aggregate, stream, before, held), recorded)
        return Outcome(entries=tuple(recorded), state=state, number=number)

    def _marked(
        self, aggregate: Aggregate[S, C, E], stream: StreamId, before: S, held: Changed
    ) -> Changed:
        """Say of a stream whether its marks must be written anew: most commands change none."""
        noted = self.changed.get(stream)
        old = self._projection(aggregate).columns(before).marks
        remarked = (noted is not None and noted.remarked) or old != held.columns.marks
        return replace(held, remarked=remarked)

    def _note(self, stream: StreamId, held: Changed, recorded: list[Recorded]) -> None:
        for one in recorded:
            self.frontier, completed = self.frontier.append(leaf_hash(one.content))
            self.nodes += completed
        self.entries += recorded
        self.at = held.at
        self.changed[stream] = held

    def _in_order(self, setting: Setting) -> Setting:
        """Let no entry be older than the one before it: hosts' clocks differ."""
        at = whole_milliseconds(setting.at)
        return replace(setting, at=at if self.at is None else max(at, self.at))

    def _owner(self, key: str) -> StreamId | None:
        for one in self.entries:
            if one.entry.key == key:
                return one.entry.stream
        return self.past.keyed(key)

    def _history(self, stream: StreamId) -> tuple[Recorded, ...]:
        noted = tuple(one for one in self.entries if one.entry.stream == stream)
        return self.past.history(stream) + noted

    def _again(
        self,
        owner: StreamId,
        key: str,
        aggregate: Aggregate[S, C, E],
        stream: StreamId,
        *,
        command: C,
        setting: Setting,
    ) -> Outcome[S]:
        """Give what was done, found by deciding once more on the state of back then."""
        other = KeyReusedError(
            f"The idempotency key {key!r} belongs to another command, on {owner}.",
            "Send each command with a key of its own.",
        )
        if owner != stream or not stream.startswith(f"{aggregate.name}/"):
            raise other
        history = self._history(stream)
        start = next(i for i, one in enumerate(history) if one.entry.key == key)
        first = history[start].entry
        before = fold(aggregate, (one.entry for one in history[:start]))
        then = Setting(at=first.at, actor=first.actor)
        try:
            events = aggregate.decide(before, command, then)
        except NotPossibleError:
            raise other from None
        after = history[start + 1 :]
        rest = takewhile(lambda one: (one.entry.key or "").startswith(f"{key}+"), after)
        done = (history[start], *rest)
        # Read back first: facts that a later version added have their defaults then.
        held = [event_facts(aggregate, read_event(aggregate, one.entry, place=key)) for one in done]
        if first.actor != setting.actor or held != [event_facts(aggregate, e) for e in events]:
            raise other
        state = fold(aggregate, (one.entry for one in done), since=before)
        return Outcome(entries=done, state=state, number=start + len(done), repeated=True)

    def _projection(self, aggregate: Aggregate[S, C, E]) -> Projection[S, C, E]:
        found = self.projections.get(aggregate.name)
        if found is None or found.aggregate is not aggregate:
            raise TypeError(f"the ledger was opened without {aggregate.name}")
        return found


def _content(entry: Entry, place: str) -> bytes:
    try:
        content = entry_bytes(entry)
    except ValueError as error:
        raise _unspeakable(place, error) from error
    if len(content) > MAX_ENTRY_BYTES:
        raise BadInputError(
            f"{place} would have {len(content)} bytes.", "Put content into a sealed blob."
        )
    return content


def _entry_key(key: str | None, place: int) -> str | None:
    return key if key is None or place == 0 else f"{key}+{place}"


def _unspeakable(place: str, error: ValueError) -> BadInputError:
    return BadInputError(
        f"{place} holds what JSON cannot ({error}).", "Leave out broken characters."
    )
