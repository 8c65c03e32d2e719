"""Signed notes and checkpoints of others: Go's example, the standard's, a log's with witnesses."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import read_checkpoint
from seatrial.formats.note import Note, check_note, note_bytes, read_note, sign_text
from seatrial.formats.note_key import KeyKind, decode, read_key

# Source: golang.org/x/mod, sumdb/note: its documentation's example and its tests (BSD-3-Clause).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
""".encode()  # noqa: E501 - as published

# Source: C2SP signed-note, the example with its key.
EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = """\
This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()  # noqa: E501 - as published

# Source: a checkpoint of a public certificate log, as its witnesses signed it: two kinds of
# signature by the log (one of a type that we do not know), four witnesses.
LOG = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
CHECKPOINT = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
""".encode()  # noqa: E501 - as published


class GoSigner:
    """The private key of Go's example."""

    keyid = "PeterNeumann"

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes((decode(PETER_SEED) or b"")[1:]).sign(message)


@pytest.mark.parametrize(
    ("content", "text_key"), [(PETER_NOTE, PETER), (EXAMPLE_NOTE, EXAMPLE)], ids=["Go", "C2SP"]
)
def test_a_published_note_reads_verifies_and_writes_back(content: bytes, text_key: str) -> None:
    key = read_key(text_key, place="key")
    note = read_note(content, place="note")
    found = check_note(note, [key])

    assert [one.key for one in found.valid] == [key]
    assert found.forged == ()
    assert str(key) == text_key
    assert note_bytes(note) == content


def test_our_signature_is_the_one_that_go_publishes() -> None:
    text = read_note(PETER_NOTE, place="note").text
    key = read_key(PETER, place="key")
    note = Note(text=text, signatures=(sign_text(text, key, GoSigner()),))

    assert note_bytes(note) == PETER_NOTE


def test_gos_bad_keys_are_refused() -> None:
    """Each shortening and each changed character, wrong lengths, unknown algorithms."""
    bad = [PETER[i:j] for i in range(len(PETER)) for j in range(i + 1, len(PETER) + 1)]
    bad.remove(PETER)
    bad += [PETER[:i] + chr(ord(PETER[i]) + 1) + PETER[i + 1 :] for i in range(len(PETER))]
    bad += [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ]
    for text in bad:
        with pytest.raises(BadInputError):
            read_key(text, place="key")


def test_a_public_logs_checkpoint_is_vouched_for_by_log_and_witness() -> None:
    signed = read_checkpoint(CHECKPOINT, place="checkpoint")
    log, witness = read_key(LOG, place="key"), read_key(WITNESS, place="key")
    trusted = signed.trust([log, witness])

    assert signed.checkpoint.size == 1432088532
    assert trusted.ledger == (log,)
    assert trusted.witnesses == ((witness, datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)),)
    assert trusted.forged == ()
    assert witness.kind is KeyKind.COSIGNATURE
    assert signed.content() == CHECKPOINT


def test_a_changed_size_leaves_neither_log_nor_witness() -> None:
    signed = read_checkpoint(CHECKPOINT.replace(b"1432088532", b"1432088531"), place="checkpoint")
    log, witness = read_key(LOG, place="key"), read_key(WITNESS, place="key")
    trusted = signed.trust([log, witness])

    assert trusted.ledger == ()
    assert trusted.witnesses == ()
    assert set(trusted.forged) == {log, witness}
