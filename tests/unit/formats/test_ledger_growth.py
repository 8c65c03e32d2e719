import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_ledger import KEY, LEAVES, SIGNER, head_of

from seatrial.core.problem import BadInputError, RefusedError
from seatrial.formats.ledger_anchor import check_growth
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, sign_checkpoint
from seatrial.formats.ledger_growth import Growth, growth_bytes, prove_growth, read_growth
from seatrial.formats.note_key import key_from_pem

FORK = sign_checkpoint(7, bytes(32), KEY, SIGNER)


def bare(head: SignedCheckpoint) -> Growth:
    return Growth(old=0, proof=(), head=head)


def grown(old: int, size: int) -> Growth:
    return prove_growth(LEAVES, head_of(LEAVES, size), old)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 10), st.data())
def test_a_growth_reads_back_and_leads_from_one_head_to_the_other(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size))
    growth = grown(old, size)
    found = read_growth(growth_bytes(growth), place="x")

    assert found == growth
    for earlier in range(size + 1):
        head = head_of(LEAVES, earlier).checkpoint
        assert found.continues(head) == (earlier == old)


def test_it_has_the_form_of_a_request_to_a_witness() -> None:
    """C2SP tlog-witness: old size, hashes, an empty line, the checkpoint."""
    lines = growth_bytes(grown(4, 10)).decode().split("\n")

    assert lines[0] == "old 4"
    assert lines[3:6] == ["", KEY.name, "10"]


@pytest.mark.parametrize(("old", "size"), [(0, 10), (8, 7), (-1, 7)])
def test_no_growth_leads_from_nothing_or_backwards(old: int, size: int) -> None:
    with pytest.raises(BadInputError, match="continues no head"):
        grown(old, size)


def test_entries_that_are_not_the_heads_prove_nothing() -> None:
    for leaves in (LEAVES[:6], LEAVES[1:]):
        with pytest.raises(BadInputError, match="not those of"):
            prove_growth(leaves, head_of(LEAVES, 7), 4)


GOOD = growth_bytes(grown(4, 10))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"old 4",
        GOOD.replace(b"old 4", b"old 04"),
        GOOD.replace(b"old 4", b"old -4"),
        GOOD.replace(b"old 4", b"older 4"),
        GOOD.replace(b"old 4\n", b"old 4\n\n"),
        GOOD.replace(b"old 4\n", b"old 4\nnonsense\n"),
        GOOD.replace(b"old 4\n", b"old 4\n\xff\n"),
        GOOD.replace(b"old 4\n", b"old 4\n" + b"AAAA\n" * 64),
        GOOD[:-1],
    ],
)
def test_a_malformed_growth_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match="x"):
        read_growth(content, place="x")


def test_a_head_is_held_against_what_an_anchor_shows() -> None:
    anchored = [head_of(LEAVES, 4), head_of(LEAVES, 7)]

    assert check_growth(grown(7, 10), anchored)
    assert check_growth(bare(head_of(LEAVES, 7)), anchored)
    assert check_growth(bare(head_of(LEAVES, 4)), anchored)
    assert check_growth(bare(head_of(LEAVES, 7)), [])
    assert check_growth(bare(head_of(LEAVES, 7)), [head_of(LEAVES, 0)])
    assert not check_growth(bare(head_of(LEAVES, 10)), anchored)
    assert not check_growth(grown(4, 10), anchored)


def test_a_head_that_contradicts_an_anchored_one_is_refused_with_both() -> None:
    anchored = [head_of(LEAVES, 4), head_of(LEAVES, 7)]

    with pytest.raises(RefusedError) as refused:
        check_growth(bare(FORK), anchored)
    assert str(FORK.checkpoint) in refused.value.what
    assert str(anchored[1].checkpoint) in refused.value.what
    other = key_from_pem("other.example/ledger", SIGNER.public_pem)
    elsewhere = sign_checkpoint(12, bytes(32), other, SIGNER)
    with pytest.raises(RefusedError, match="contradicts"):
        check_growth(bare(elsewhere), anchored)


def test_a_proof_that_does_not_lead_from_the_anchored_head_is_refused_with_both() -> None:
    growth = grown(7, 10)

    with pytest.raises(RefusedError) as refused:
        check_growth(growth, [FORK])
    assert str(FORK.checkpoint) in refused.value.what
    assert str(growth.head.checkpoint) in refused.value.what


def test_a_head_that_is_older_than_the_anchor_is_refused() -> None:
    with pytest.raises(RefusedError, match="older"):
        check_growth(grown(4, 5), [head_of(LEAVES, 4), head_of(LEAVES, 7)])
