"""Checked unpacking of a root file system from a tar that may be hostile."""

import gzip
import lzma
import os
import shutil
import stat
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seatrial.core.problem import BadInputError
from seatrial.testbed.images.tree import CAPABILITY

MAX_BYTES = 16 * 1024**3
"""Of all regular files; four times a desktop-sized Debian."""

MAX_ENTRIES = 1_000_000
"""Fifty times the largest image measured (17,699 entries)."""

MAX_HEADER_BYTES = 1024 * 1024
"""Of one extended header; real ones hold a path and a few attributes."""

MAX_ID = 65535
"""Highest user or group number: a sandbox's own range holds 65,536."""

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_PAX_CAPABILITY = f"SCHILY.xattr.{CAPABILITY}"

_UNREADABLE = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackLimits:
    """What one image may hold. Defaults: the module's constants."""

    size_bytes: int = MAX_BYTES
    entries: int = MAX_ENTRIES


class _Header(tarfile.TarInfo):
    """A member header that refuses to read a huge extended header into memory."""

    # tarfile's documented point to override for the treatment of header types.
    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        extended = self.type in {
            tarfile.XHDTYPE,
            tarfile.XGLTYPE,
            tarfile.SOLARIS_XHDTYPE,
            tarfile.GNUTYPE_LONGNAME,
            tarfile.GNUTYPE_LONGLINK,
        }
        if extended and self.size > MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"an extended header of {self.size} bytes")
        header: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]  # the stubs leave it out
        return header


class Unpacker:
    """Unpacks one or more tars over each other into an empty folder that nobody else writes.

    root: the folder. It is never left: names with `..`, names that pass through a symbolic link
        and hard links to anything but a file already unpacked are refused. Symbolic links are
        kept as they are and never followed, so an absolute target means the image's own root.
    Setuid bits, owners and file capabilities are kept, for programs inside need them. Device
    nodes below `dev` are left out (a runtime makes its own); elsewhere they are refused.
    """

    def __init__(self, root: Path, limits: UnpackLimits | None = None) -> None:
        self._root = root
        self._limits = limits or UnpackLimits()
        self._size_bytes = 0
        self._entries = 0
        self._folder_times: dict[Path, int] = {}

    def unpack(self, tar: Path, *, layer: bool = False) -> None:
        """Unpack `tar` (plain, gzip, bzip2 or xz).

        layer: it is an OCI layer; its whiteouts remove what earlier ones left.
        Raises: BadInputError naming the archive and the entry that is refused.
        """
        try:
            if layer:
                self._remove_whited_out(tar)
            self._unpack(tar, layer=layer)
        except _UNREADABLE as error:
            raise _bad(tar, f"it is no readable tar: {error}") from error
        except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
            raise _bad(tar, f"two of its entries contradict each other: {error}") from error

    def finish(self) -> None:
        """Set the folders' times, which unpacking into them has changed, and the root's mode."""
        for folder, when in self._folder_times.items():
            if folder.is_dir() and not folder.is_symlink():
                os.utime(folder, (when, when))
        self._root.chmod(0o755)
        os.utime(self._root, (0, 0))

    def _remove_whited_out(self, tar: Path) -> None:
        # A first pass, since a whiteout hides earlier layers only, wherever it stands in its own.
        with tarfile.open(tar, "r:*", tarinfo=_Header) as archive:
            for member in archive:
                path = self._inside(tar, member.name)
                if not path.name.startswith(_WHITEOUT):
                    continue
                parent = self._root / path.parent
                if not self._is_plain_folder(path.parent):
                    continue
                if path.name == _OPAQUE:
                    for child in parent.iterdir():
                        _remove(child)
                elif path.name not in {_WHITEOUT, _WHITEOUT + ".", _WHITEOUT + ".."}:
                    _remove(parent / path.name.removeprefix(_WHITEOUT))

    def _unpack(self, tar: Path, *, layer: bool) -> None:
        seen: set[PurePosixPath] = set()
        with tarfile.open(tar, "r:*", tarinfo=_Header) as archive:
            for member in archive:
                path = self._inside(tar, member.name)
                if not path.parts or (layer and path.name.startswith(_WHITEOUT)):
                    continue
                if path in seen and not member.isdir():
                    raise _bad(tar, f"{path} comes twice")
                seen.add(path)
                self._count(tar, path, member)
                self._write(tar, path, archive, member)

    def _inside(self, tar: Path, name: str) -> PurePosixPath:
        path = PurePosixPath(name.lstrip("/"))
        if ".." in path.parts or "\0" in name:
            raise _bad(tar, f"entry {name!r} leads out of the image")
        return path

    def _is_plain_folder(self, path: PurePosixPath) -> bool:
        place = self._root
        for part in path.parts:
            place /= part
            try:
                if not stat.S_ISDIR(place.lstat().st_mode):
                    return False
            except FileNotFoundError:
                return False
        return True

    def _make_parents(self, tar: Path, path: PurePosixPath) -> None:
        place = self._root
        for part in path.parent.parts:
            place /= part
            try:
                if not stat.S_ISDIR(place.lstat().st_mode):
                    raise _bad(tar, f"{path} passes through {part!r}, which is no folder")
            except FileNotFoundError:
                place.mkdir()
                place.chmod(0o755)  # whatever the umask
                self._folder_times[place] = 0

    def _count(self, tar: Path, path: PurePosixPath, member: tarfile.TarInfo) -> None:
        self._entries += 1
        self._size_bytes += member.size if member.isreg() else 0
        if self._entries > self._limits.entries:
            raise _bad(tar, f"it holds more than {self._limits.entries} entries")
        if self._size_bytes > self._limits.size_bytes:
            raise _bad(tar, f"it holds more than {self._limits.size_bytes} bytes")
        if not (0 <= member.uid <= MAX_ID and 0 <= member.gid <= MAX_ID):
            raise _bad(tar, f"{path} belongs to {member.uid}:{member.gid}, above {MAX_ID}")

    def _write(
        self, tar: Path, path: PurePosixPath, archive: tarfile.TarFile, member: tarfile.TarInfo
    ) -> None:
        self._make_parents(tar, path)
        place = self._root / path
        if member.isdev() and not member.isfifo():
            if path.parts[0] != "dev":
                raise _bad(tar, f"{path} is a device node")
            return
        if not (member.isdir() and place.is_dir() and not place.is_symlink()):
            _remove(place)
        if member.isdir():
            place.mkdir(mode=0o755, exist_ok=True)
            self._folder_times[place] = _when(member)
        elif member.isreg():
            self._write_file(archive, member, place)
        elif member.issym():
            place.symlink_to(member.linkname)
        elif member.islnk():
            self._link(tar, path, member)
            return  # owner and mode are the first name's
        elif member.isfifo():
            os.mkfifo(place, 0o600)
        else:
            raise _bad(tar, f"{path} is of the unknown type {member.type!r}")
        _own(place, member)

    def _write_file(self, archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
        content = archive.extractfile(member)
        if content is None:
            raise tarfile.ReadError(f"{member.name} has no content")
        with place.open("xb") as file:
            shutil.copyfileobj(content, file, 1024 * 1024)
            if file.tell() != member.size:
                raise tarfile.ReadError(f"{member.name} is cut short")

    def _link(self, tar: Path, path: PurePosixPath, member: tarfile.TarInfo) -> None:
        target = self._inside(tar, member.linkname)
        source = self._root / target
        if not self._is_plain_folder(target.parent) or source.is_symlink() or not source.is_file():
            raise _bad(
                tar, f"{path} is a hard link to {member.linkname!r}, no file unpacked so far"
            )
        os.link(source, self._root / path, follow_symlinks=False)


def _own(place: Path, member: tarfile.TarInfo) -> None:
    # Owner first: chown clears setuid bits and capabilities.
    os.chown(place, member.uid, member.gid, follow_symlinks=False)
    if member.issym():
        return
    place.chmod(stat.S_IMODE(member.mode))
    capability = member.pax_headers.get(_PAX_CAPABILITY)
    if capability and member.isreg():
        os.setxattr(place, CAPABILITY, os.fsencode(capability), follow_symlinks=False)
    when = _when(member)
    os.utime(place, (when, when), follow_symlinks=False)


def _when(member: tarfile.TarInfo) -> int:
    # Python's byte code holds its source's time, so times are kept, in whole seconds.
    return min(max(int(member.mtime), 0), 2**32 - 1)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _bad(tar: Path, why: str) -> BadInputError:
    return BadInputError(
        f"The archive {tar} is refused: {why}.", "Give a tar of a whole root file system."
    )
