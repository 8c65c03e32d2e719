"""Exports of the ledger as folders: written whole, read piece by piece."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from seatrial.core.problem import BadInputError
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, read_checkpoints
from seatrial.formats.ledger_export import (
    CHECKPOINTS_FILE,
    ENTRIES_FILE,
    KEYS_FILE,
    MAX_ENTRY_BYTES,
    checkpoint_chunks,
    entry_lines,
    key_lines,
    read_leaves,
)
from seatrial.formats.ledger_growth import MARK, Growth, read_growth
from seatrial.formats.note_key import VerifierKey

_LINE = MAX_ENTRY_BYTES + 2
"""Most that is read of a line: one more than an entry with its newline may have."""


def write_export(
    folder: Path,
    leaves: Iterable[bytes],
    checkpoints: Iterable[SignedCheckpoint],
    keys: Iterable[VerifierKey],
) -> None:
    """Write an export to a new folder; an error leaves nothing, a crash no folder of that name.

    leaves: as many as the last checkpoint covers. checkpoints: all, sizes not decreasing.
    Raises: BadInputError when the folder is there. OSError.
    """
    if folder.exists():
        raise BadInputError(f"{folder} is there already.", "Name a new folder.")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    partial.mkdir(parents=True, mode=0o700)
    try:
        _write(partial / ENTRIES_FILE, entry_lines(leaves))
        _write(partial / CHECKPOINTS_FILE, checkpoint_chunks(checkpoints))
        _write(partial / KEYS_FILE, key_lines(keys))
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial)
        raise


class ExportFolder:
    """An export that came from somewhere. Each reading starts anew and holds one line at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def leaves(self) -> Iterator[bytes]:
        """Give the entries' bytes. Raises: BadInputError while iterating."""
        return read_leaves(_lines(self._folder / ENTRIES_FILE), place=ENTRIES_FILE)

    def checkpoints(self) -> Iterator[SignedCheckpoint]:
        """Give the signed heads. Raises: BadInputError while iterating."""
        return read_checkpoints(_lines(self._folder / CHECKPOINTS_FILE), place=CHECKPOINTS_FILE)

    def head(self) -> SignedCheckpoint:
        """Give the last of the signed heads. Raises: BadInputError when there is none."""
        head = None
        for signed in self.checkpoints():
            head = signed
        if head is None:
            raise BadInputError(f"{self._folder} has no checkpoint.", "Take the original export.")
        return head

    def size(self) -> int:
        """Give the bytes of the entries, for progress. Raises: BadInputError."""
        path = self._folder / ENTRIES_FILE
        if not path.is_file():
            raise BadInputError(f"{path} is not there.", "Name the folder of an export.")
        return path.stat().st_size


def read_checkpoint_file(path: Path) -> tuple[SignedCheckpoint, ...]:
    """Read a file of one or more signed heads.

    Raises: BadInputError when it is not there, malformed or empty.
    """
    found = tuple(read_checkpoints(_lines(path), place=str(path)))
    if not found:
        raise BadInputError(f"{path} has no checkpoint.", "Give a file of signed heads.")
    return found


def read_growth_file(path: Path) -> Growth:
    """Read a head with its proof, or the last of a file of heads, which come without one.

    Raises: BadInputError when it is not there, malformed or empty.
    """
    if next(_lines(path), b"").startswith(MARK):
        return read_growth(path.read_bytes(), place=str(path))
    return Growth(old=0, proof=(), head=read_checkpoint_file(path)[-1])


def _lines(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        raise BadInputError(f"{path} is not a file.", "Name a whole export, or a file of heads.")
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            yield line


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
