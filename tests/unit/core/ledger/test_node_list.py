import pytest

from seatrial.core.ledger.node_list import NodeList
from seatrial.core.ledger.tree import leaf_hash, node_hash


def test_it_gives_every_complete_subtree_of_what_was_added() -> None:
    a, b, c = (leaf_hash(one) for one in (b"a", b"b", b"c"))
    nodes = NodeList([b"a", b"b"])
    nodes.append(b"c")

    assert [nodes.read(0, place) for place in range(3)] == [a, b, c]
    assert nodes.read(1, 0) == node_hash(a, b)
    assert nodes.tree.root() == node_hash(node_hash(a, b), c)


def test_a_subtree_that_is_not_complete_is_no_node() -> None:
    nodes = NodeList([b"a", b"b", b"c"])

    for level, place in ((1, 1), (2, 0)):
        with pytest.raises(IndexError):
            nodes.read(level, place)
