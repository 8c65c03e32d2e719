"""A folder of files, each named by the digest of its bytes."""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from seatrial.adapters.durable_file import sync_folder
from seatrial.core.canonical import Digest
from seatrial.core.problem import UnavailableError

CHUNK = 1024 * 1024
"""Bytes read at a time."""


class BlobFolder:
    """Files under `ab/abcd...`. Written whole or not at all, never changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, write: Callable[[IO[bytes]], None]) -> tuple[Digest, int]:
        """Keep what `write` writes; give digest and size. Durable on return."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            try:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                digest = Digest(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")
                size = file.tell()
                path = self._path(digest)
                path.parent.mkdir(exist_ok=True, mode=0o700)
                temporary.rename(path)
            except BaseException:
                temporary.unlink()
                raise
        for folder in (path.parent, self._folder):
            sync_folder(folder)
        return digest, size

    def open(self, digest: Digest) -> IO[bytes]:
        """Open a file, checked against its digest first.

        Raises: UnavailableError when it is missing or damaged.
        """
        path = self._path(digest)
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise UnavailableError(
                f"{digest} is not in {self._folder}.", "Restore it from a backup."
            ) from error
        if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:
            file.close()
            raise UnavailableError(f"{path} is damaged.", "Restore it from a backup.")
        file.seek(0)
        return file

    def has(self, digest: Digest) -> bool:
        """Say whether a file is there."""
        return self._path(digest).exists()

    def remove(self, digest: Digest) -> bool:
        """Remove a file; say whether it was there."""
        there = self._path(digest).exists()
        self._path(digest).unlink(missing_ok=True)
        return there

    def digests(self) -> Iterator[Digest]:
        """Name what is kept, in order."""
        for path in sorted(self._folder.glob("??/" + "?" * 64)):
            yield Digest(f"sha256:{path.name}")

    def _path(self, digest: Digest) -> Path:
        name = digest.removeprefix("sha256:")
        return self._folder / name[:2] / name
