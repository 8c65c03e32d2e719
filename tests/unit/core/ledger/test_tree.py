import pytest

from seatrial.core.ledger.proof import consistency_proof, inclusion_proof, verify_consistency
from seatrial.core.ledger.tree import EMPTY_ROOT, Frontier, Node, leaf_hash, node_hash


def no_node(level: int, place: int) -> bytes:
    raise AssertionError(f"read {level}, {place}")


def test_an_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")


def test_the_second_leaf_completes_the_subtree_of_both() -> None:
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    frontier, completed = Frontier().append(a)
    assert completed == (Node(level=0, place=0, hash=a),)
    frontier, completed = frontier.append(b)
    assert completed == (
        Node(level=0, place=1, hash=b),
        Node(level=1, place=0, hash=node_hash(a, b)),
    )
    assert frontier == Frontier(size=2, peaks=(node_hash(a, b),))
    assert frontier.root() == node_hash(a, b)


def test_a_leaf_is_never_taken_for_a_node() -> None:
    a, b = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(a + b) != node_hash(a, b)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_no_proof_is_made_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, no_node)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 2)])
def test_no_proof_leads_backwards_or_from_nothing(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(first, second, no_node)


def test_a_tree_continues_itself_without_a_proof() -> None:
    a = leaf_hash(b"a")
    assert consistency_proof(1, 1, no_node) == ()
    assert verify_consistency(first=1, first_root=a, second=1, second_root=a, proof=())
