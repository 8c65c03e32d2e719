"""A tree with all its nodes in memory: 64 bytes a leaf, for proofs from an export."""

from collections.abc import Iterable

from seatrial.core.ledger.tree import HASH_BYTES, Frontier, leaf_hash


class NodeList:
    """A tree that grows. `read` is its NodeReader."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = []
        self.tree = Frontier()
        for leaf in leaves:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given as its content."""
        self.tree, completed = self.tree.append(leaf_hash(leaf))
        for node in completed:
            if node.level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[node.level] += node.hash

    def read(self, level: int, place: int) -> bytes:
        """Give the hash of a complete subtree. Raises: IndexError when there is none."""
        start = place * HASH_BYTES
        found = bytes(self._levels[level][start : start + HASH_BYTES])
        if not found:
            raise IndexError(f"no complete subtree at level {level}, place {place}")
        return found
