"""Replay: everything the store holds, computed anew from the entries alone and compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from seatrial.adapters.store.columns import as_bytes
from seatrial.adapters.store.models import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerHead,
    LedgerNode,
    StreamMark,
    StreamRow,
)
from seatrial.adapters.store.snapshot import snapshot
from seatrial.adapters.store.tables import MARK, ROW, mark_values, row_values
from seatrial.core.ledger.aggregate import Setting, read_event
from seatrial.core.ledger.draft import Changed, changed
from seatrial.core.ledger.entry import Entry, StreamId, read_entry
from seatrial.core.ledger.projection import Projection
from seatrial.core.ledger.tree import Frontier, Node, leaf_hash
from seatrial.core.moment import show_moment
from seatrial.core.problem import BadInputError, RefusedError
from seatrial.formats.ledger_checkpoint import read_checkpoint

PAGE = 1000
"""Entries, nodes or rows that are read at a time."""

MOST = 100
"""Differences that are named; more say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something held that does not follow from the entries. place: table, row and column."""

    place: str
    held: str
    expected: str

    def __str__(self) -> str:
        return f"{self.place}: {self.held} is held, {self.expected} follows from the entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay found. tree: of the differences, those in entries, nodes, head, checkpoints."""

    entries: int
    streams: int
    differences: tuple[Difference, ...]
    tree: int


@dataclass(slots=True)
class _Replay:
    projections: Mapping[str, Projection[Any, Any, Any]]
    alias: str
    frontier: Frontier = field(default_factory=Frontier)
    at: datetime | None = None
    streams: dict[StreamId, Changed] = field(default_factory=dict[StreamId, Changed])
    found: list[Difference] = field(default_factory=list[Difference])

    def compare(self, place: str, held: object, expected: object) -> None:
        if held != expected and len(self.found) < MOST:
            self.found.append(Difference(place=place, held=_show(held), expected=_show(expected)))

    def entries(self) -> None:
        """Read every entry; hold the nodes and the checkpoints against them."""
        roots = self._checkpoint_roots()
        self._checkpoint(roots)
        rows = LedgerEntry.objects.using(self.alias).order_by("index")
        pages = _pages(rows.values(*_ENTRY_COLUMNS).iterator(PAGE))
        for page in pages:
            first, nodes = self.frontier.size, list[Node]()
            for row in page:
                self.frontier, completed = self.frontier.append(leaf_hash(as_bytes(row["content"])))
                nodes += completed
                self._entry(row)
                self._checkpoint(roots)
            self._nodes(first, nodes)
        for size in sorted(roots):
            self.compare(f"ledger_checkpoint {size}", f"a tree of {size}", self.frontier.size)

    def _checkpoint_roots(self) -> dict[int, bytes]:
        roots: dict[int, bytes] = {}
        held = LedgerCheckpoint.objects.using(self.alias).values_list("size", "note")
        for size, note in held.iterator(PAGE):
            place = f"ledger_checkpoint {size}"
            try:
                roots[size] = read_checkpoint(as_bytes(note), place=place).checkpoint.root
            except BadInputError as error:
                self.compare(place, error.what, "a signed head")
        return roots

    def head(self) -> None:
        expected: dict[str, object] = {
            "id": 1,
            "size": self.frontier.size,
            "root": self.frontier.root(),
            "peaks": b"".join(self.frontier.peaks),
            "at": show_moment(self.at) if self.at else "",
        }
        heads = list(LedgerHead.objects.using(self.alias).values(*expected))
        self.compare("ledger_head rows", len(heads), 1)
        for held in heads[:1]:
            for name, value in expected.items():
                self.compare(f"ledger_head {name}", _plain(held[name]), value)
        size = self.frontier.size
        count = LedgerNode.objects.using(self.alias).count()
        self.compare("ledger_node rows", count, 2 * size - size.bit_count())

    def rows(self) -> None:
        """Compare every row with its stream's fold."""
        missing = set(self.streams)
        held = StreamRow.objects.using(self.alias).values(*ROW, **_THERE)
        for row in held.iterator(PAGE):
            stream = StreamId(row["stream"])
            if stream not in missing:
                self.compare(f"stream_row {stream}", "a row", "none")
                continue
            missing.remove(stream)
            for name, value in row_values(stream, self.streams[stream]).items():
                found = row[name]
                if found is None and row.get(f"{name}_there"):
                    found = "what is no moment"
                self.compare(f"stream_row {stream} {name}", found, value)
        for stream in sorted(missing):
            self.compare(f"stream_row {stream}", "none", "a row")

    def marks(self) -> None:
        """Compare every mark with those of its stream's fold."""
        rows = (row for one in self.streams.items() for row in mark_values(*one))
        missing = {tuple(row.values()) for row in rows}
        held = StreamMark.objects.using(self.alias).order_by("pk").values_list(*MARK)
        for mark in held.iterator(PAGE):
            if mark in missing:
                missing.remove(mark)
            else:
                self.compare(_mark_place(mark), "a mark", "none")
        for mark in sorted(missing):
            self.compare(_mark_place(mark), "none", "a mark")

    def _entry(self, row: Mapping[str, Any]) -> None:
        index = self.frontier.size - 1
        place = f"ledger_entry {index}"
        self.compare(f"{place} index", row["index"], index)
        try:
            entry = read_entry(as_bytes(row["content"]), place=place)
            self._fold(entry, place)
        except BadInputError as error:
            self.compare(place, error.what, "an entry of this version")
            return
        if self.at is not None and entry.at < self.at:
            self.compare(f"{place} at", entry.at, f"{self.at} or later")
        self.at = entry.at
        for name in ("stream", "number", "kind", "at", "case", "key"):
            self.compare(f"{place} {name}", row[name], getattr(entry, name))

    def _fold(self, entry: Entry, place: str) -> None:
        name = entry.stream.partition("/")[0]
        projection = self.projections.get(name)
        if projection is None:
            raise BadInputError(f"{name}, which nobody knows,", "Replay with what wrote it.")
        held = self.streams.get(entry.stream)
        aggregate = projection.aggregate
        number = held.number if held else 0
        self.compare(f"{place} number", entry.number, number)
        event = read_event(aggregate, entry, place=place)
        setting = Setting(at=entry.at, actor=entry.actor)
        state = aggregate.evolve(held.state if held else aggregate.initial, event, setting)
        self.streams[entry.stream] = changed(projection, state, number + 1, entry.at)

    def _nodes(self, first: int, nodes: Iterable[Node]) -> None:
        held: dict[tuple[int, int], bytes] = {}
        end = self.frontier.size
        for level in range(end.bit_length()):
            found = LedgerNode.objects.using(self.alias).filter(
                level=level, place__gte=first >> level, place__lt=end >> level
            )
            for place, content in found.values_list("place", "hash"):
                held[level, place] = as_bytes(content)
        for node in nodes:
            found_hash = held.get((node.level, node.place))
            self.compare(f"ledger_node {node.level}/{node.place}", found_hash, node.hash)

    def _checkpoint(self, roots: dict[int, bytes]) -> None:
        size = self.frontier.size
        if size in roots:
            self.compare(f"ledger_checkpoint {size}", roots.pop(size), self.frontier.root())


_ENTRY_COLUMNS = ("index", "stream", "number", "kind", "at", "case", "key", "content")


_THERE = {f"{name}_there": Q(**{f"{name}__isnull": False}) for name in ("begins", "ends")}
"""Whether a column that may be empty holds anything: Django reads what is no moment as None."""


def replay(projections: Iterable[Projection[Any, Any, Any]], *, alias: str = "default") -> Replayed:
    """Compute tree, head and rows from the entries, and compare, as of one moment.

    Writers are not held up. Memory holds each stream's state.
    """
    with snapshot(alias):
        return _replay(projections, alias)[0]


def rebuild(
    projections: Iterable[Projection[Any, Any, Any]], *, alias: str = "default"
) -> Replayed:
    """Write every row anew: after an upgrade that gives states another form. Writers wait.

    Returns: what differed before.
    Raises: RefusedError when entries, nodes, head or checkpoints disagree; nothing is written.
    """
    with transaction.atomic(using=alias, durable=True):
        LedgerHead.objects.using(alias).select_for_update().get()
        found, streams = _replay(projections, alias)
        if found.tree:
            raise RefusedError(
                f"The entries disagree with what was computed from them: {found.differences[0]}.",
                "Restore a backup; rows are rebuilt only from entries that hold together.",
            )
        rows, marks = StreamRow.objects.using(alias), StreamMark.objects.using(alias)
        rows.all().delete()
        marks.all().delete()
        for page in _pages(streams.items()):
            rows.bulk_create(StreamRow(**row_values(*one)) for one in page)
            made = (mark for one in page for mark in mark_values(*one))
            marks.bulk_create([StreamMark(**mark) for mark in made], batch_size=PAGE)
    return found


def _replay(
    projections: Iterable[Projection[Any, Any, Any]], alias: str
) -> tuple[Replayed, dict[StreamId, Changed]]:
    run = _Replay({one.aggregate.name: one for one in projections}, alias)
    run.entries()
    run.head()
    tree = len(run.found)
    run.rows()
    run.marks()
    found = Replayed(
        entries=run.frontier.size,
        streams=len(run.streams),
        differences=tuple(run.found),
        tree=tree,
    )
    return found, run.streams


def _pages(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while page := list(islice(left, PAGE)):
        yield page


def _mark_place(mark: tuple[object, ...]) -> str:
    aggregate, value, past, name, sort = mark
    return f"stream_mark {aggregate}/{name} {'past ' if past else ''}{sort} {value}"


def _plain(value: object) -> object:
    # psycopg gives a memoryview for bytes.
    return bytes(value) if isinstance(value, memoryview) else value


def _show(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 200 else text[:197] + "..."  # noqa: PLR2004 - some lines of a terminal
