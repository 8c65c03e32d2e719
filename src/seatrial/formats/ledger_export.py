"""The export: what an auditor gets of the ledger. Three text files in a folder.

`entries.ndjson` has one entry a line, in the order of the tree: the line without its newline is
the leaf, byte for byte (canonical JSON has no newline in it). `checkpoints.txt` has every signed
head with its witnesses' signatures, the oldest first, a blank line after each. `keys.txt` names
the keys that signed; an auditor trusts those that came another way.
"""

from collections.abc import Iterable, Iterator

from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import SignedCheckpoint
from seatrial.formats.note_key import VerifierKey

ENTRIES_FILE = "entries.ndjson"
CHECKPOINTS_FILE = "checkpoints.txt"
KEYS_FILE = "keys.txt"

MAX_ENTRY_BYTES = 1024 * 1024
"""Facts and digests take a few hundred bytes; a reader need not hold more than this at once."""


def entry_lines(leaves: Iterable[bytes]) -> Iterator[bytes]:
    """Give the pieces of `entries.ndjson`. leaves: entries' bytes, from index 0 on.

    Raises: ValueError for an entry that no reader would take.
    """
    for index, leaf in enumerate(leaves):
        if b"\n" in leaf or not 0 < len(leaf) <= MAX_ENTRY_BYTES:
            raise ValueError(f"entry {index} is empty, too long or not in canonical form")
        yield leaf + b"\n"


def checkpoint_chunks(checkpoints: Iterable[SignedCheckpoint]) -> Iterator[bytes]:
    """Give the pieces of `checkpoints.txt`. checkpoints: all, sizes not decreasing.

    The last must have as many entries as the export.
    """
    return (one.chunk() for one in checkpoints)


def key_lines(keys: Iterable[VerifierKey]) -> Iterator[bytes]:
    """Give the pieces of `keys.txt`. keys: those of the ledger, old ones too, and of witnesses."""
    yield b"# Keys that signed. Trust those that came to you another way.\n"
    yield from (f"{key}\n".encode() for key in keys)


def read_leaves(lines: Iterable[bytes], *, place: str) -> Iterator[bytes]:
    """Give the leaves of `entries.ndjson`, not parsed yet.

    lines: with their newlines; one that is longer than MAX_ENTRY_BYTES may come in pieces.
    Raises: BadInputError naming the line that is too long, or cut short at the end.
    """
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_ENTRY_BYTES + 1:
            raise BadInputError(
                f"{place} line {number} has more than {MAX_ENTRY_BYTES} bytes.",
                "Take the original export.",
            )
        if not line.endswith(b"\n"):
            raise BadInputError(f"{place} line {number} is cut short.", "Take the whole export.")
        yield line[:-1]
