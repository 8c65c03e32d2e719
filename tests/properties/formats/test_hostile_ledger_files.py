"""Whatever bytes come as key, head, growth, proof or export: refused in words, or no trust."""

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_ledger import KEY, LEAVES, WITNESS, MadeUpLedger, head_of, witnessed

from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import Verified, check_ledger
from seatrial.formats.ledger_checkpoint import read_checkpoint, read_checkpoints
from seatrial.formats.ledger_export import checkpoint_chunks, entry_lines, read_leaves
from seatrial.formats.ledger_growth import growth_bytes, prove_growth, read_growth
from seatrial.formats.ledger_proof import CaseProof, check_case_proof, prove_case
from seatrial.formats.note import note_bytes, read_note
from seatrial.formats.note_key import read_keys

KEYS = (KEY, WITNESS)
HEAD = witnessed(head_of(LEAVES))
BUNDLE = prove_case(LEAVES, HEAD, CaseId("case-1"))
GROWTH = growth_bytes(prove_growth(LEAVES, HEAD, 4))


def keys_again(content: bytes) -> bytes:
    return b"".join(f"{one}\n".encode() for one in read_keys(content, place="x"))


def note_again(content: bytes) -> bytes:
    return note_bytes(read_note(content, place="x"))


def head_again(content: bytes) -> bytes:
    return read_checkpoint(content, place="x").content()


def growth_again(content: bytes) -> bytes:
    return growth_bytes(read_growth(content, place="x"))


READERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "keys": (f"{KEY}\n{WITNESS}\n".encode(), keys_again),
    "note": (HEAD.content(), note_again),
    "head": (HEAD.content(), head_again),
    "growth": (GROWTH, growth_again),
}


def altered(data: st.DataObject, content: bytes) -> bytes:
    """Some bytes replaced, left out, put in or said twice; or none of the original at all."""
    if data.draw(st.integers(0, 9)) == 0:
        return data.draw(st.binary(max_size=300))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        new = data.draw(
            st.binary(max_size=4)
            | st.sampled_from([b"\n", b"\n\n", "— ".encode(), b"old 0\n", b"+", b"=", b"0"])
            | st.just(content[start:end] * 2)
        )
        content = content[:start] + new + content[end:]
    return content


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None, max_examples=200)
@given(st.data())
def test_what_a_reader_takes_has_one_spelling(name: str, data: st.DataObject) -> None:
    """So no byte of such a file can change unseen."""
    good, again = READERS[name]
    assert again(good) == good
    content = altered(data, good)
    try:
        spelt = again(content)
    except BadInputError:
        return
    if name != "keys":  # which may have comments and empty lines
        assert spelt == content
    assert again(spelt) == spelt


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_an_altered_proof_is_refused_or_disagrees(data: st.DataObject) -> None:
    content = altered(data, BUNDLE)
    try:
        found = check_case_proof(content, KEYS, place="x")
    except BadInputError:
        return
    # Cosignatures may be taken away; what the ledger signed may not change.
    assert isinstance(found, Finding) or (
        isinstance(found, CaseProof) and found.head.checkpoint == HEAD.checkpoint
    )


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_an_altered_export_never_shows_another_ledger(data: st.DataObject) -> None:
    ledger = MadeUpLedger()
    entries = b"".join(entry_lines(ledger.leaves))
    heads = b"".join(checkpoint_chunks(ledger.heads))
    if data.draw(st.booleans()):
        entries = altered(data, entries)
    else:
        heads = altered(data, heads)
    found = check_ledger(
        read_leaves(BytesIO(entries), place="entries"),
        read_checkpoints(iter(BytesIO(heads)), place="heads"),
        KEYS,
    )

    # Heads and cosignatures may be left out; the last head's entries are what it signed.
    if isinstance(found, Verified):
        assert entries == b"".join(entry_lines(ledger.leaves))
        assert found.head.checkpoint == ledger.heads[-1].checkpoint
