from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatrial.adapters.keys import FileSigner
from seatrial.core.problem import BadInputError
from seatrial.formats.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    check_note,
    cosign_text,
    note_bytes,
    notes_chunk,
    read_note,
    read_notes,
    sign_text,
)
from seatrial.formats.note_key import KeyKind, VerifierKey, key_from_pem, read_key, read_keys

SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = FileSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
KEY = key_from_pem("example.com/ledger", SIGNER.public_pem)
WITNESS = key_from_pem("witness.example", OTHER.public_pem, kind=KeyKind.COSIGNATURE)
TEXT = "one\n\ntwo\n"
AT = datetime(2026, 6, 2, 14, 0, 5, tzinfo=UTC)


def signed(text: str = TEXT) -> Note:
    return Note(text=text, signatures=(sign_text(text, KEY, SIGNER),))


def cosigned() -> Note:
    note = signed()
    added = cosign_text(TEXT, WITNESS, OTHER, at=AT.replace(microsecond=900_000))
    return replace(note, signatures=(*note.signatures, added))


def test_author_and_witness_are_found_with_the_time_of_the_witness() -> None:
    note = read_note(note_bytes(cosigned()), place="x")
    found = check_note(note, [KEY, WITNESS])

    assert [(one.key, one.at) for one in found.valid] == [(KEY, None), (WITNESS, AT)]
    assert found.forged == ()


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    same_name = key_from_pem(KEY.name, OTHER.public_pem)
    found = check_note(cosigned(), [same_name])

    assert (found.valid, found.forged) == ((), ())


def test_a_signature_that_names_a_trusted_key_and_is_not_its_own_is_forged() -> None:
    note = cosigned()
    swapped = replace(
        note,
        signatures=(
            replace(note.signatures[0], content=note.signatures[1].content[8:]),
            note.signatures[1],
        ),
    )
    found = check_note(swapped, [KEY, WITNESS])

    assert [one.key for one in found.valid] == [WITNESS]
    assert found.forged == (KEY,)


def test_the_time_of_a_witness_is_signed() -> None:
    note = cosigned()
    content = bytearray(note.signatures[1].content)
    content[7] ^= 1
    later = replace(note, signatures=(replace(note.signatures[1], content=bytes(content)),))

    assert check_note(later, [WITNESS]).forged == (WITNESS,)


@pytest.mark.parametrize("content", [b"short", b"\xff" * 72, b"\x00" * 71])
def test_a_signature_of_no_shape_is_forged_not_an_error(content: bytes) -> None:
    for key in (KEY, WITNESS):
        one = NoteSignature(name=key.name, key_id=key.key_id, content=content)
        assert check_note(Note(text=TEXT, signatures=(one,)), [key]).forged == (key,)


def test_any_changed_bit_of_a_note_is_refused_or_leaves_no_signature() -> None:
    content = note_bytes(signed())
    for position in range(len(content)):
        for bit in range(8):
            altered = bytearray(content)
            altered[position] ^= 1 << bit
            try:
                note = read_note(bytes(altered), place="x")
            except BadInputError:
                continue
            assert check_note(note, [KEY]).valid == (), altered


GOOD = note_bytes(signed())
LINE = GOOD.rpartition(b"\n\n")[2]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text\n",
        b"\n\n" + LINE,
        GOOD[:-1],
        GOOD.rpartition(b"\n\n")[0] + b"\n\n",
        GOOD.replace("—".encode(), b"-"),
        GOOD + b"more\n",
        GOOD.replace(b"two", b"t\x00o"),
        GOOD.replace(b"two", b"t\ro"),
        GOOD.replace(b"two", b"\xff"),
        GOOD.replace(b"example.com/ledger ", b"example.com/ledger+ "),
        GOOD.replace(b"example.com/ledger ", "example.com/le\u2003dger ".encode()),
        GOOD.replace(b"example.com/ledger ", b" "),
        GOOD.replace(LINE, "— a b\n".encode()),
        GOOD.replace(LINE, "— a AAAAAA==\n".encode()),
        GOOD.replace(LINE, "— a AAAAAAB=\n".encode()),
        GOOD + LINE * MAX_SIGNATURES,
        b"x" * MAX_NOTE_BYTES + GOOD,
    ],
)
def test_a_malformed_note_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match="x is no signed note"):
        read_note(content, place="x")


@pytest.mark.parametrize("text", ["", "\n", "no end", "tab\t\n"])
def test_no_text_is_signed_that_a_reader_would_refuse(text: str) -> None:
    with pytest.raises(BadInputError):
        sign_text(text, KEY, SIGNER)
    with pytest.raises(BadInputError):
        cosign_text(text, WITNESS, OTHER, at=AT)


def test_a_key_signs_only_as_its_kind() -> None:
    with pytest.raises(ValueError, match="COSIGNATURE"):
        sign_text(TEXT, WITNESS, OTHER)
    with pytest.raises(ValueError, match="NOTE"):
        cosign_text(TEXT, KEY, SIGNER, at=AT)


def test_one_public_key_has_another_id_for_each_kind_and_name() -> None:
    ids = {
        key_from_pem(name, SIGNER.public_pem, kind=kind).key_id
        for name in ("a", "b")
        for kind in KeyKind
    }
    assert len(ids) == 4


def test_notes_in_one_file_are_read_one_after_the_other() -> None:
    notes = [signed("a\n"), signed("b\n1\n"), signed("c\n")]
    content = b"".join(notes_chunk(one) for one in notes)

    assert list(read_notes(iter(content.splitlines(keepends=True)), place="x")) == notes
    with pytest.raises(BadInputError, match="x, note 3"):
        list(read_notes(iter(content[:-3].splitlines(keepends=True)), place="x"))
    gap = content.replace(b"b\n", b"\nb\n").splitlines(keepends=True)
    with pytest.raises(BadInputError, match="x, note 2"):
        list(read_notes(iter(gap), place="x"))


def test_a_note_without_end_is_not_read_to_the_end() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1000 + b"\n"

    with pytest.raises(BadInputError, match="more than"):
        next(read_notes(endless(), place="x"))


def test_a_file_of_keys_may_have_comments() -> None:
    content = f"# keys\n\n{KEY}\n{WITNESS}\n".encode()

    assert read_keys(content, place="x") == (KEY, WITNESS)
    with pytest.raises(BadInputError, match="x line 2"):
        read_keys(f"{KEY}\nnonsense\n".encode(), place="x")
    for empty in (b"", b"# none\n", b"\xff"):
        with pytest.raises(BadInputError, match="x"):
            read_keys(empty, place="x")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b"])
def test_a_key_has_a_name_that_fits_on_a_line(name: str) -> None:
    with pytest.raises(BadInputError, match="name"):
        key_from_pem(name, SIGNER.public_pem)


def test_what_is_no_ed25519_key_is_refused() -> None:
    with pytest.raises(BadInputError, match="PEM"):
        key_from_pem("a", b"nonsense")
    shorter = VerifierKey(name="a", kind=KeyKind.NOTE, public=b"short")
    with pytest.raises(BadInputError, match="verifier key"):
        read_key(str(shorter), place="x")
