"""Read a journal's file."""

from pathlib import Path

from seatrial.core.journal_chain import parse_journal
from seatrial.core.journal_entry import JournalEntry
from seatrial.core.problem import BadInputError


def read_journal(path: Path, *, torn_end: bool = False) -> tuple[JournalEntry, ...]:
    """Read the entries of the journal at `path` and check their chain.

    torn_end: pass over a cut-off last line, as a killed harness may leave it.
    Raises: BadInputError naming file, line and what disagreed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"The journal {path} cannot be read: {error.strerror}.",
            "Give the path of a journal file.",
        ) from error
    return parse_journal(content, name=str(path), torn_end=torn_end)
