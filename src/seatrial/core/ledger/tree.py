"""The Merkle tree over the ledger's entries, kept as the hashes of its complete subtrees.

A subtree of 2**level leaves is complete, and its hash never changes again: it is addressed by
(level, place) and covers the leaves from place * 2**level on. An entry completes about two of
them; head and proofs are made from O(log n) of them.
Source: RFC 6962, section 2.1; RFC 9162, section 2.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32
"""SHA-256."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of a tree without leaves."""

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Level and place to the hash of a complete subtree of the tree in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A complete subtree. level: of 2**level leaves. place: among those of its level, from 0."""

    level: int
    place: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """A tree's right edge: all that is needed to go on with it.

    size: leaves so far. peaks: hashes of the largest complete subtrees, from the left; one for
    each bit that is set in size.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple["Frontier", tuple[Node, ...]]:
        """Add one leaf, given as its hash (`leaf_hash`).

        Returns: the frontier after it, and the subtrees it completes, its own first.
        """
        level, place, top = 0, self.size, leaf
        peaks = list(self.peaks)
        completed = [Node(level=0, place=place, hash=leaf)]
        while place & 1:
            level, place, top = level + 1, place >> 1, node_hash(peaks.pop(), top)
            completed.append(Node(level=level, place=place, hash=top))
        return Frontier(size=self.size + 1, peaks=(*peaks, top)), tuple(completed)

    def root(self) -> bytes:
        """Give the root of the tree as it is."""
        return _join(self.peaks)


def leaf_hash(content: bytes) -> bytes:
    """Hash a leaf's content, for example an entry's bytes."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees, left one first, to the one above them."""
    return sha256(b"\x01" + left + right).digest()


def load_frontier(size: int, read: NodeReader) -> Frontier:
    """Take up a tree of `size` leaves from its stored nodes: one read for each peak."""
    return Frontier(size=size, peaks=_peaks(0, size, read))


def range_root(start: int, end: int, read: NodeReader) -> bytes:
    """Give the root over the leaves from `start` up to `end`, in O(log n) reads.

    start: multiple of the least power of two that is not below end - start.
    """
    return _join(_peaks(start, end, read))


def _peaks(start: int, end: int, read: NodeReader) -> tuple[bytes, ...]:
    size, peaks = end - start, list[bytes]()
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            # All higher bits of size lie to the left of this subtree.
            peaks.append(read(level, (start >> level) + (size >> level) - 1))
    return tuple(peaks)


def _join(peaks: tuple[bytes, ...]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    *left, root = peaks
    for peak in reversed(left):
        root = node_hash(peak, root)
    return root
