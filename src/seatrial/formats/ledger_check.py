"""Verify an export of the ledger, offline: order, tree, signatures, anchors.

What an auditor gets to know: that these are the entries, all of them and in this order, of which
the ledger's key signed the heads, and that no head that was anchored outside contradicts them.
Not: that what was written was true.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from seatrial.core.ledger.entry import Entry, read_entry
from seatrial.core.ledger.tree import Frontier, leaf_hash
from seatrial.core.moment import show_moment
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, Trusted
from seatrial.formats.ledger_export import CHECKPOINTS_FILE, ENTRIES_FILE
from seatrial.formats.note_key import KeyKind, VerifierKey, encode

_KEY_DIGEST_BYTES = 16
"""Of an idempotency key, so that a million of them fit in memory: collisions are out of reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """The largest head that a trusted witness signed. size: its entries. at: when at last."""

    key: VerifierKey
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An export in which everything agrees.

    head: its last checkpoint. trusted: who vouches for that. checkpoints, anchors: how many held.
    witnessed: by whom, of all heads that held. last: time of the last entry; None of an empty
    ledger.
    """

    head: SignedCheckpoint
    trusted: Trusted
    witnessed: tuple[Witnessed, ...]
    checkpoints: int
    anchors: int
    last: datetime | None


def check_ledger(
    leaves: Iterable[bytes],
    checkpoints: Iterable[SignedCheckpoint],
    keys: Collection[VerifierKey],
    *,
    anchors: Sequence[SignedCheckpoint] = (),
    cosignatures: int = 0,
) -> Verified | Finding:
    """Check everything, entry by entry; both iterables are read once and never held.

    keys: those that the reader trusts, of the ledger and of witnesses. anchors: heads of this
    ledger that were kept elsewhere. cosignatures: how many trusted witnesses the last head needs.
    Memory: about 100 bytes for each stream and for each entry that has an idempotency key.
    Returns: what holds, or the first thing that disagrees.
    """
    audit = _Audit(keys=tuple(keys), cosignatures=cosignatures)
    try:
        finding = next(audit.run(leaves, checkpoints, anchors), None)
    except BadInputError as error:
        finding = Finding(code="unreadable", where="", what=error.what)
    return audit.verified(len(anchors)) if finding is None else finding


def trust_finding(
    signed: SignedCheckpoint, keys: Collection[VerifierKey], where: str
) -> Finding | None:
    """Say what is wrong with a checkpoint's signers, if anything."""
    trusted = signed.trust(keys)
    if trusted.forged:
        names = ", ".join(str(key) for key in trusted.forged)
        return Finding(
            code="signature",
            where=where,
            what=f"A signature that names trusted key {names} does not fit the content.",
        )
    if not trusted.ledger:
        why = f"signed by no trusted key of {signed.checkpoint.origin}"
        if not any(key.kind is KeyKind.NOTE for key in keys):
            why = "no trusted key of a ledger was given"
        return Finding(code="signer_unknown", where=where, what=f"Signer unknown: {why}.")
    return None


@dataclass(slots=True, kw_only=True)
class _Order:
    """What the entries so far say of the next one."""

    numbers: dict[str, int] = field(default_factory=dict[str, int])
    keys: set[bytes] = field(default_factory=set[bytes])
    last: datetime | None = None

    def add(self, entry: Entry, where: str) -> Finding | None:
        """Take the next entry; say in what it does not follow."""
        expected = self.numbers.get(entry.stream, 0)
        if entry.number != expected:
            return Finding(
                code="numbering",
                where=where,
                what=f"It is number {entry.number} of {entry.stream}, which has {expected} so far.",
            )
        self.numbers[entry.stream] = expected + 1
        if entry.key is not None:
            digest = sha256(entry.key.encode()).digest()[:_KEY_DIGEST_BYTES]
            if digest in self.keys:
                return Finding(
                    code="key_twice",
                    where=where,
                    what=f"Its key {entry.key!r} is that of an earlier entry.",
                )
            self.keys.add(digest)
        if self.last is not None and entry.at < self.last:
            return Finding(
                code="time",
                where=where,
                what=f"Its time {show_moment(entry.at)} is before that of the entry before it,"
                f" {show_moment(self.last)}.",
            )
        self.last = entry.at
        return None


@dataclass(slots=True, kw_only=True)
class _Audit:
    """One pass over an export."""

    keys: tuple[VerifierKey, ...]
    cosignatures: int
    order: _Order = field(default_factory=_Order)
    tree: Frontier = field(default_factory=Frontier)
    head: SignedCheckpoint | None = None
    witnessed: dict[VerifierKey, Witnessed] = field(default_factory=dict[VerifierKey, Witnessed])
    checkpoints: int = 0
    sound: int = 0
    """Entries up to the last head that held."""

    def run(
        self,
        leaves: Iterable[bytes],
        checkpoints: Iterable[SignedCheckpoint],
        anchors: Sequence[SignedCheckpoint],
    ) -> Iterator[Finding]:
        """Give what disagrees, in the order of the entries."""
        own = _Queue(iter(checkpoints))
        kept = _Queue(iter(sorted(anchors, key=lambda one: one.checkpoint.size)))
        yield from self._heads(own, kept)
        for index, leaf in enumerate(leaves):
            where = f"{ENTRIES_FILE} line {index + 1}"
            finding = self.order.add(read_entry(leaf, place=where), where)
            if finding is not None:
                yield finding
            self.tree, _ = self.tree.append(leaf_hash(leaf))
            if index + 1 in (own.size, kept.size):
                yield from self._heads(own, kept)
        yield from self._ends(own, kept)

    def _heads(self, own: "_Queue", kept: "_Queue") -> Iterator[Finding]:
        """Hold the heads of the present size against the tree."""
        for signed in own.take(self.tree.size):
            self.checkpoints += 1
            where = f"{CHECKPOINTS_FILE}, note {self.checkpoints}"
            yield from self._head(signed, where)
            self.head = signed
        if own.next is not None and own.size < self.tree.size:
            yield Finding(
                code="order",
                where=f"{CHECKPOINTS_FILE}, note {self.checkpoints + 1}",
                what=f"It is of {own.size} entries and stands after one of {self.tree.size}.",
            )
        for signed in kept.take(self.tree.size):
            yield from self._head(signed, "anchor")

    def _head(self, signed: SignedCheckpoint, where: str) -> Iterator[Finding]:
        finding = trust_finding(signed, self.keys, where)
        if finding is not None:
            yield finding
        found = signed.checkpoint
        if self.head is not None and found.origin != self.head.checkpoint.origin:
            yield Finding(
                code="origin",
                where=where,
                what=f"It is of {found.origin}, not of {self.head.checkpoint.origin}.",
            )
        root = self.tree.root()
        if found.root != root:
            yield Finding(
                code="root",
                where=where,
                what=f"It is of {found}; the first {found.size} entries here have root"
                f" {encode(root)}.{self._suspects()}",
            )
        self.sound = found.size
        for key, at in signed.trust(self.keys).witnesses:
            before = self.witnessed.get(key)
            if before is None or (before.size, before.at) < (found.size, at):
                self.witnessed[key] = Witnessed(key=key, size=found.size, at=at)

    def _suspects(self) -> str:
        """Say where the entries lie that differ from those that were signed."""
        if self.tree.size == self.sound:
            return ""
        return (
            f" They differ somewhere in {ENTRIES_FILE} lines {self.sound + 1} to {self.tree.size}."
        )

    def _ends(self, own: "_Queue", kept: "_Queue") -> Iterator[Finding]:
        """Say what is missing at the end: entries, heads, witnesses."""
        for queue, where in ((own, CHECKPOINTS_FILE), (kept, "anchor")):
            if queue.next is not None:
                yield Finding(
                    code="cut_short",
                    where=where,
                    what=f"It has {queue.next.checkpoint};"
                    f" there are {self.tree.size} entries here.",
                )
        if self.head is None:
            yield Finding(code="unsigned", where=CHECKPOINTS_FILE, what="There is no checkpoint.")
        elif self.head.checkpoint.size != self.tree.size:
            yield Finding(
                code="unsigned",
                where=CHECKPOINTS_FILE,
                what=f"The last checkpoint is of {self.head.checkpoint.size} entries;"
                f" there are {self.tree.size} here.",
            )
        elif len(self.head.trust(self.keys).witnesses) < self.cosignatures:
            yield Finding(
                code="cosignatures",
                where=CHECKPOINTS_FILE,
                what=f"{len(self.head.trust(self.keys).witnesses)} trusted witnesses signed the"
                f" last checkpoint; {self.cosignatures} are asked for.",
            )

    def verified(self, anchors: int) -> Verified:
        """Say what holds after a run without findings."""
        if self.head is None:
            raise AssertionError("a run without a checkpoint has a finding")
        return Verified(
            head=self.head,
            trusted=self.head.trust(self.keys),
            witnessed=tuple(self.witnessed.values()),
            checkpoints=self.checkpoints,
            anchors=anchors,
            last=self.order.last,
        )


class _Queue:
    """Heads that wait for the tree to grow to their size."""

    def __init__(self, heads: Iterator[SignedCheckpoint]) -> None:
        self._heads = heads
        self.next = next(heads, None)

    @property
    def size(self) -> int:
        """The size that is waited for; -1 when none is."""
        return -1 if self.next is None else self.next.checkpoint.size

    def take(self, size: int) -> Iterator[SignedCheckpoint]:
        """Give the next heads, as long as they are of this size."""
        while self.next is not None and self.next.checkpoint.size == size:
            taken, self.next = self.next, next(self._heads, None)
            yield taken
