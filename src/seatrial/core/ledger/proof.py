"""Proofs over the ledger's tree: that a leaf is in it, that one tree continues another.

Each proof is a tuple of hashes, read from O(log n) stored nodes; whoever verifies needs only
proof, sizes and roots. Both kinds are stated for a subtree, the leaves from `start` up to `end`;
a whole tree is the subtree that starts at 0.
Source: RFC 6962, 2.1.1 and 2.1.2 (making); RFC 9162, 2.1.3.2 and 2.1.4.2 (verifying);
draft-ietf-plants-merkle-tree-certs-03, section 4 (subtrees).
"""

from collections.abc import Sequence

from seatrial.core.ledger.tree import EMPTY_ROOT, HASH_BYTES, NodeReader, node_hash, range_root


def inclusion_proof(index: int, size: int, read: NodeReader) -> tuple[bytes, ...]:
    """Prove that leaf `index` is in the tree of `size` leaves, for `verify_inclusion`.

    Raises: ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(range_root(middle, end, read))
            end = middle
        else:
            path.append(range_root(start, middle, read))
            start = middle
    return tuple(reversed(path))


def consistency_proof(first: int, second: int, read: NodeReader) -> tuple[bytes, ...]:
    """Prove that the tree of `second` leaves continues that of `first`.

    Nothing needs proof of the empty tree, which every tree continues.
    Raises: ValueError unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"no proof leads from {first} to {second} leaves")
    path: list[bytes] = []
    start, end = 0, second
    while first < end:
        middle = _split(start, end)
        if first <= middle:
            path.append(range_root(middle, end, read))
            end = middle
        else:
            path.append(range_root(start, middle, read))
            start = middle
    if start > 0:
        # The first tree is no subtree of its own here: its last part begins the proof.
        path.append(range_root(start, end, read))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof leads from leaf `index`, given as its hash, to the root."""
    return verify_subtree_inclusion(leaf, index=index, start=0, end=size, root=root, proof=proof)


def verify_consistency(
    *, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof leads from the first root to the second.

    False for an empty first tree: of that, nothing can be shown or needs to be.
    """
    return first > 0 and verify_subtree_consistency(
        start=0, end=first, part_root=first_root, size=second, root=second_root, proof=proof
    )


def verify_subtree_inclusion(
    leaf: bytes, *, index: int, start: int, end: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof leads from leaf `index` to the root of a subtree."""
    if not _is_subtree(start, end) or not start <= index < end or not _are_hashes(leaf, *proof):
        return False
    place, last, found = index - start, end - start - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            # A left edge that has no sibling on these levels.
            while not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_subtree_consistency(
    *, start: int, end: int, part_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the proof leads from a subtree's root to that of the tree of `size` leaves."""
    if not _is_subtree(start, end) or end > size or not _are_hashes(*proof):
        return False
    if start == end:
        return not proof and part_root == EMPTY_ROOT
    first, last, whole = start, end - 1, size - 1
    while first != last and (last & 1 or last == whole):
        first, last, whole = first >> 1, last >> 1, whole >> 1
    known = (part_root, *proof) if first == last else tuple(proof)
    if not known:
        return False
    part = total = known[0]
    for sibling in known[1:]:
        if whole == 0:
            return False
        if last & 1 or last == whole:
            if first < last:
                part = node_hash(sibling, part)
            total = node_hash(sibling, total)
            while not last & 1:
                first, last, whole = first >> 1, last >> 1, whole >> 1
        else:
            total = node_hash(total, sibling)
        first, last, whole = first >> 1, last >> 1, whole >> 1
    return whole == 0 and part == part_root and total == root


def _split(start: int, end: int) -> int:
    """Give where the right half of a range begins: the largest power of two below its size."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _are_hashes(*given: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in given)


def _is_subtree(start: int, end: int) -> bool:
    """Say whether the tree of any size has this range as a subtree, or part of its right edge."""
    if not 0 <= start <= end:
        return False
    span = end - start
    return span == 0 or start % (1 << (span - 1).bit_length()) == 0
