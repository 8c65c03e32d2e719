from datetime import UTC, datetime

import pytest
from made_up_ledger import (
    KEY,
    ORIGIN,
    SIGNER,
    START,
    WITNESS,
    WITNESS_SIGNER,
    MadeUpLedger,
    head_of,
    witnessed,
)

from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    merge_signatures,
    read_checkpoint,
    read_checkpoints,
)
from seatrial.formats.note import Note, note_bytes, sign_text

LEAVES = MadeUpLedger().leaves


def note_with(text: str) -> bytes:
    return note_bytes(Note(text=text, signatures=(sign_text(text, KEY, SIGNER),)))


def test_a_head_reads_back_as_it_was_signed() -> None:
    head = witnessed(head_of(LEAVES))
    found = read_checkpoint(head.content(), place="x")

    assert found == head
    assert found.checkpoint == Checkpoint(origin=ORIGIN, size=10, root=found.checkpoint.root)
    assert found.content() == head.content()


def test_extension_lines_of_others_are_kept_and_signed_over() -> None:
    root = head_of(LEAVES).checkpoint.root
    text = checkpoint_text(Checkpoint(origin=ORIGIN, size=10, root=root, extensions=("more",)))
    found = read_checkpoint(note_with(text), place="x")

    assert found.checkpoint.extensions == ("more",)
    assert found.trust([KEY]).ledger == (KEY,)


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n\n5\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT}\n\nmore\n",
        f"{ORIGIN}\n05\n{ROOT}\n",
        f"{ORIGIN}\n-5\n{ROOT}\n",
        f"{ORIGIN}\n+5\n{ROOT}\n",
        f"{ORIGIN}\n5 \n{ROOT}\n",
        f"{ORIGIN}\n\u0665\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n5\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n5\n{ROOT[:-2]}J=\n",
        f"{ORIGIN}\n5\nnonsense\n",
    ],
)
def test_a_note_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match=r"^x"):
        read_checkpoint(note_with(text), place="x")


def test_heads_in_one_file_are_read_in_order() -> None:
    heads = [head_of(LEAVES, size) for size in (0, 3, 10)]
    lines = b"".join(one.chunk() for one in heads).splitlines(keepends=True)

    assert list(read_checkpoints(iter(lines), place="x")) == heads


def test_copies_of_one_head_bring_their_signatures_together() -> None:
    head = head_of(LEAVES)
    later = datetime(2026, 7, 1, tzinfo=UTC)
    one = cosign_checkpoint(head, WITNESS, WITNESS_SIGNER, at=START)
    other = cosign_checkpoint(head, WITNESS, WITNESS_SIGNER, at=later)
    merged = merge_signatures(one, other)

    assert len(merged.note.signatures) == 3
    assert merged.trust([KEY, WITNESS]).witnesses == ((WITNESS, later),)
    assert merge_signatures(merged, one) == merged
    with pytest.raises(BadInputError, match="two checkpoints"):
        merge_signatures(head, head_of(LEAVES, 3))
