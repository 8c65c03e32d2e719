"""A trial's folder as one stream of bytes: the plainest tar there is, written and read strictly.

Source: POSIX.1-1988 `ustar`. Only plain files, no extended headers, links or sparse files: what
reads a stranger's archive never needs more memory than one block, and writes to no other place.
The same folder gives the same bytes, so that a repeated hand-in is known by its digest.
"""

import errno
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seatrial.adapters.bundle_folder import MOST_BYTES, MOST_FILES, BundleFolder
from seatrial.adapters.trial_directory import WORK
from seatrial.core.problem import BadInputError

CHUNK = 1024 * 1024
"""Bytes read at a time."""

_ENDING = bytes(tarfile.BLOCKSIZE)

_LOCK = f"{WORK}/lock"

_TYPE = slice(156, 157)
"""Where a header says what it is of."""

_PATH_RECORD = re.compile(rb"(?:^|\n)\d+ path=([^\n]+)\n")

_MOST_EXTENDED = 64 * 1024
"""Bytes of an extended header in an archive of the older form: a name and some times."""


@dataclass(slots=True)
class Member:
    """A file of an archive. name: relative to the trial's folder, with `/`. size: bytes.

    Its content must be read, once, before the next member is asked for, or is passed over.
    """

    name: str
    size: int
    _source: IO[bytes]
    _left: int

    def chunks(self) -> Iterator[bytes]:
        """Give what is left of its content. Raises: BadInputError when the archive breaks off."""
        while self._left:
            part = self._source.read(min(CHUNK, self._left))
            if not part:
                raise _broken("it breaks off within a file")
            self._left -= len(part)
            yield part


def pack_files(folder: Path, names: Iterable[str], top: str, archive: IO[bytes]) -> None:
    """Write files of a folder into an archive, below a folder named `top`.

    Raises: BadInputError for what cannot be read or is no plain file.
    """
    bundle = BundleFolder(folder)
    for name in sorted(names):
        try:
            with bundle.opened(name) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
                _pack(f"{top}/{name}", file, archive)
        except OSError as error:
            raise BadInputError(
                f"{folder / name} cannot be read: {error.strerror}.", "Mend the folder."
            ) from error
        except ValueError as error:
            raise BadInputError(
                f"{name!r} is too long a name, or no text: {error}.", "Take the folder as it was."
            ) from error
    archive.write(_ENDING * 2)


def pack_folder(folder: Path, top: str, archive: IO[bytes]) -> None:
    """Write everything of a trial's folder into an archive, records of its samples too.

    Raises: as `pack_files`.
    """
    files = (
        (Path(here) / name).relative_to(folder).as_posix()
        for here, _, names in os.walk(folder)
        for name in names
    )
    pack_files(folder, (one for one in files if one != _LOCK), top, archive)


def read_archive(archive: IO[bytes], top: str, *, older: bool = False) -> Iterator[Member]:
    """Give an archive's files in order. top: the folder that all lie in.

    older: take one in the form, too, in which workers sealed before they had this one: with
    folders, and extended headers, of which only a file's name counts.
    Raises: BadInputError for anything but plain files with plain names below `top`, each once.
    """
    seen: set[str] = set()
    while (block := archive.read(tarfile.BLOCKSIZE)) != _ENDING:
        name = None
        while older and block[_TYPE] in (tarfile.XHDTYPE, tarfile.DIRTYPE):
            name = _passed_over(block, archive)
            block = archive.read(tarfile.BLOCKSIZE)
        if older and block == _ENDING:
            return
        member = _member(block, top, archive, name)
        if member.name in seen or len(seen) >= MOST_FILES:
            raise _broken(f"{member.name!r} is there twice, or there are too many files")
        seen.add(member.name)
        yield member
        for _ in member.chunks():
            pass
        archive.read(-member.size % tarfile.BLOCKSIZE)


def unpack(archive: IO[bytes], top: str, folder: Path, *, older: bool = False) -> None:
    """Write an archive's files into a new, empty folder. older, raises: as `read_archive`."""
    for member in read_archive(archive, top, older=older):
        path = folder / member.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("xb") as file:
                file.writelines(member.chunks())
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise _broken(f"{member.name!r} is a file and a folder") from error


def _pack(name: str, file: IO[bytes], archive: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.mode, info.size = 0o600, os.fstat(file.fileno()).st_size
    archive.write(info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict"))
    left = info.size
    while left:
        part = file.read(min(CHUNK, left))
        if not part:
            raise OSError(errno.EIO, "It shrank while it was read", name)
        archive.write(part)
        left -= len(part)
    archive.write(bytes(-info.size % tarfile.BLOCKSIZE))


def _passed_over(block: bytes, source: IO[bytes]) -> str | None:
    """Pass a folder or an extended header over; give the name that it has for the next file.

    Source: POSIX.1-2001, pax: records of `LENGTH KEY=VALUE` and a newline.
    """
    info = _header(block)
    if info.type == tarfile.DIRTYPE:
        return None
    if not 0 <= info.size <= _MOST_EXTENDED:
        raise _broken(f"an extended header has {info.size} bytes")
    padded = -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    found = _PATH_RECORD.search(source.read(padded)[: info.size])
    return found[1].decode("utf-8", "replace") if found else None


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.TarError, UnicodeDecodeError) as error:
        raise _broken(f"a header cannot be read ({error})") from error


def _member(block: bytes, top: str, source: IO[bytes], name: str | None) -> Member:
    """Read a file's header. name: that an extended header has for it."""
    info = _header(block)
    info.name = info.name if name is None else name
    parts = info.name.split("/")
    plain = all(part not in ("", ".", "..") and part.isprintable() for part in parts)
    if info.type != tarfile.REGTYPE or not plain or parts[0] != top or not parts[1:]:
        raise _broken(f"{info.name[:100]!r} is no plain file below {top}/")
    if not 0 <= info.size <= MOST_BYTES:
        raise _broken(f"{info.name[:100]!r} has {info.size} bytes, more than {MOST_BYTES}")
    return Member("/".join(parts[1:]), info.size, source, info.size)


def _broken(what: str) -> BadInputError:
    return BadInputError(
        f"The archive is not of its form: {what}.",
        "Let seatrial pack the folder: seatrial submission evidence.",
    )
