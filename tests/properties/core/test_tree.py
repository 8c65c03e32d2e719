"""The tree and its proofs against the recursive definition of RFC 6962, written out again."""

from collections.abc import Sequence
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.core.ledger.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from seatrial.core.ledger.tree import Frontier, leaf_hash, load_frontier, range_root

LEAVES = tuple(f"leaf {number}".encode() for number in range(70))

untimed = settings(deadline=None)
sizes = st.integers(min_value=1, max_value=len(LEAVES))


def power_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = power_below(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def audit_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if index < k:
        return [*audit_path(index, leaves[:k]), tree_hash(leaves[k:])]
    return [*audit_path(index - k, leaves[k:]), tree_hash(leaves[:k])]


def subproof(first: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if first == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = power_below(len(leaves))
    if first <= k:
        return [*subproof(first, leaves[:k], whole=whole), tree_hash(leaves[k:])]
    return [*subproof(first - k, leaves[k:], whole=False), tree_hash(leaves[:k])]


class Store:
    """Completed nodes as a database would hold them, and how many were read."""

    def __init__(self, size: int) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.reads = 0
        self.frontier = Frontier()
        for leaf in LEAVES[:size]:
            self.frontier, completed = self.frontier.append(leaf_hash(leaf))
            for node in completed:
                assert (node.level, node.place) not in self.nodes
                self.nodes[node.level, node.place] = node.hash

    def __call__(self, level: int, place: int) -> bytes:
        self.reads += 1
        return self.nodes[level, place]


WHOLE = Store(len(LEAVES))


@untimed
@given(st.integers(min_value=0, max_value=len(LEAVES)))
def test_frontier_and_stored_nodes_give_the_root_of_the_definition(size: int) -> None:
    store = Store(size)

    assert store.frontier.root() == tree_hash(LEAVES[:size])
    assert load_frontier(size, WHOLE) == store.frontier
    for (level, place), found in store.nodes.items():
        assert found == tree_hash(LEAVES[place << level : (place + 1) << level])


@untimed
@given(sizes, st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_verify(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    WHOLE.reads = 0
    proof = inclusion_proof(index, size, WHOLE)
    leaf, root = leaf_hash(LEAVES[index]), tree_hash(LEAVES[:size])

    assert list(proof) == audit_path(index, LEAVES[:size])
    assert WHOLE.reads <= 2 * size.bit_length()
    assert verify_inclusion(leaf, index=index, size=size, root=root, proof=proof)
    other = data.draw(st.integers(min_value=0, max_value=size + 1))
    assert verify_inclusion(leaf, index=other, size=size, root=root, proof=proof) == (
        other == index
    )


@untimed
@given(sizes, st.data())
def test_consistency_proofs_are_those_of_the_definition_and_verify(
    second: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(min_value=1, max_value=second))
    WHOLE.reads = 0
    proof = consistency_proof(first, second, WHOLE)
    one, two = tree_hash(LEAVES[:first]), tree_hash(LEAVES[:second])

    assert list(proof) == subproof(first, LEAVES[:second], whole=True)
    assert WHOLE.reads <= 3 * second.bit_length()
    assert verify_consistency(
        first=first, first_root=one, second=second, second_root=two, proof=proof
    )
    forked = tree_hash((*LEAVES[: first - 1], b"forked"))
    assert not verify_consistency(
        first=first, first_root=forked, second=second, second_root=two, proof=proof
    )


@untimed
@given(st.integers(min_value=2, max_value=len(LEAVES)), st.data())
def test_a_proof_with_any_byte_flipped_or_any_hash_more_or_less_is_refused(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    first = data.draw(st.integers(min_value=1, max_value=size))
    leaf, root = leaf_hash(LEAVES[index]), tree_hash(LEAVES[:size])
    included = inclusion_proof(index, size, WHOLE)
    consistent = consistency_proof(first, size, WHOLE)

    def holds(proof: Sequence[bytes], *, inclusion: bool) -> bool:
        if inclusion:
            return verify_inclusion(leaf, index=index, size=size, root=root, proof=proof)
        return verify_consistency(
            first=first,
            first_root=tree_hash(LEAVES[:first]),
            second=size,
            second_root=root,
            proof=proof,
        )

    for inclusion, proof in ((True, included), (False, consistent)):
        assert holds(proof, inclusion=inclusion)
        assert not holds((*proof, bytes(32)), inclusion=inclusion)
        for position, one in enumerate(proof):
            shorter = (*proof[:position], *proof[position + 1 :])
            assert not holds(shorter, inclusion=inclusion)
            for byte in range(len(one)):
                flipped = bytearray(one)
                flipped[byte] ^= 1 << (byte % 8)
                altered = (*proof[:position], bytes(flipped), *proof[position + 1 :])
                assert not holds(altered, inclusion=inclusion)


@untimed
@given(sizes, st.data())
def test_subtrees_hold_their_leaves_and_lie_in_the_tree(size: int, data: st.DataObject) -> None:
    level = data.draw(st.integers(min_value=0, max_value=size.bit_length() - 1))
    place = data.draw(st.integers(min_value=0, max_value=(size - 1) >> level))
    start = place << level
    end = min(start + (1 << level), size)
    index = data.draw(st.integers(min_value=start, max_value=end - 1))
    part = tree_hash(LEAVES[start:end])

    assert range_root(start, end, WHOLE) == part
    assert verify_subtree_inclusion(
        leaf_hash(LEAVES[index]),
        index=index,
        start=start,
        end=end,
        root=part,
        proof=audit_path(index - start, LEAVES[start:end]),
    )
    # An ordinary inclusion proof, above the subtree's own levels, shows a full subtree's place.
    if end - start == 1 << level:
        path = inclusion_proof(start, size, WHOLE)
        assert verify_subtree_consistency(
            start=start,
            end=end,
            part_root=part,
            size=size,
            root=tree_hash(LEAVES[:size]),
            proof=path[level:],
        )
