"""Read and write files of a sandbox from the host's side, with the rights of its user."""

import errno
import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from seatrial.core.ports import DiskFullError, FileTooLargeError, NotARegularFileError
from seatrial.testbed.accounts import ROOT, Account
from seatrial.testbed.bundle import IDS
from seatrial.testbed.rights import rights_of
from seatrial.testbed.syscalls import open_in_root

_OPEN = os.O_NONBLOCK | os.O_NOCTTY
_ANYONE_READS = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_ANYONE_WRITES = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_NEW_MODE = 0o644
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFiles:
    """The file system of one sandbox.

    root: descriptor of its root directory. base: first host uid of its range.
    Paths are absolute inside; every link is resolved inside.
    """

    root: int
    base: int

    @contextmanager
    def on_its_own(self) -> Iterator["SandboxFiles"]:
        """Give the same with a root of its own, for a worker thread.

        The sandbox may be stopped meanwhile, and its descriptor's number be used again.
        """
        root = os.dup(self.root)
        try:
            yield replace(self, root=root)
        finally:
            os.close(root)

    def open_to_read(self, path: str, account: Account, limit: int) -> tuple[int, int]:
        """Open a regular file. Returns: its descriptor, which `read` closes, and its size.

        Raises: as `core.ports.Sandbox.read_file`.
        """
        with named(path):
            file = self._open(path, os.O_RDONLY, account, _ANYONE_READS)
            try:
                facts = os.fstat(file)
                _require_regular(facts, path)
                if facts.st_size > limit:
                    raise FileTooLargeError(
                        errno.EFBIG, f"file has {facts.st_size} bytes, more than {limit}", path
                    )
            except OSError:
                os.close(file)
                raise
            return file, facts.st_size

    def read(self, file: int, size: int, path: str, account: Account, limit: int) -> bytes:
        """Read an opened file to its end and close it. Raises: as `open_to_read`."""
        with named(path):
            try:
                with rights_of(account, self.base):
                    content = _read_all(file, size, limit)
            finally:
                os.close(file)
            # It may have grown meanwhile, or tell no size (as files of /proc do).
            if len(content) > limit:
                raise FileTooLargeError(errno.EFBIG, f"file has more than {limit} bytes", path)
            return content

    def write(self, path: str, contents: bytes, account: Account, mode: int | None) -> None:
        """Write a regular file, making missing parents.

        mode: None keeps that of an existing file and gives a new one 0644.
        Raises: as `core.ports.Sandbox.write_file`.
        """
        with named(path):
            file, created = self._open_to_write(path, account)
            try:
                facts = os.fstat(file)
                _require_regular(facts, path)
                with rights_of(account, self.base):
                    os.ftruncate(file, 0)  # also a new one: somebody inside may have been faster
                    view = memoryview(contents)
                    while view:
                        view = view[os.write(file, view) :]
                if mode is not None or created:
                    self._set_mode(file, _NEW_MODE if mode is None else mode, account)
            finally:
                os.close(file)

    def make_folder(self, path: str, account: Account) -> None:
        """Make a folder and its parents as root; the last is the account's if it is new."""
        try:
            os.close(open_in_root(self.root, path, os.O_PATH | os.O_DIRECTORY))
        except FileNotFoundError:
            self._make_parents(posixpath.join(path, "x"), ROOT)
            made = open_in_root(self.root, path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fchown(made, self.base + account.uid, self.base + account.gid)
            finally:
                os.close(made)

    def _open(self, path: str, flags: int, account: Account, bits: int) -> int:
        """Open an existing file.

        Root's right to pass over mode bits is used only when they let anybody in: `chmod -r`
        by root then means what it says to the provider's contract, and root still reads
        others' files.
        """
        try:
            with rights_of(account, self.base):
                return open_in_root(self.root, path, flags | _OPEN)
        except PermissionError:
            if account.uid != 0:
                raise
        file = self._open_as_root(path, flags | _OPEN)
        if os.fstat(file).st_mode & bits:
            return file
        os.close(file)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def _open_as_root(self, path: str, flags: int, mode: int = 0) -> int:
        """Open a file whatever its mode, if it is one of the sandbox's own ids.

        Root inside has no such right over the others: files of /proc and /sys are the host's.
        """
        with rights_of(ROOT, self.base, override=True):
            file = open_in_root(self.root, path, flags, mode)
        facts = os.fstat(file)
        if all(0 <= one - self.base < IDS for one in (facts.st_uid, facts.st_gid)):
            return file
        os.close(file)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    def _open_to_write(self, path: str, account: Account) -> tuple[int, bool]:
        """Open or create a file. Returns: descriptor, whether it was created."""
        # Not O_CREAT on a file that exists: fs.protected_regular refuses that in /tmp.
        try:
            return self._create(path, account, os.O_EXCL), True
        except FileExistsError:
            pass
        except FileNotFoundError:
            self._make_parents(path, account)
            return self._create(path, account, 0), True
        try:
            return self._open(path, os.O_WRONLY, account, _ANYONE_WRITES), False
        except FileNotFoundError:  # a link that leads to nothing
            return self._create(path, account, 0), True

    def _set_mode(self, file: int, mode: int, account: Account) -> None:
        if account.uid == 0:
            os.fchmod(file, mode)
            return
        with rights_of(account, self.base):
            os.fchmod(file, mode)

    def _create(self, path: str, account: Account, exclusive: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | exclusive | _OPEN
        try:
            with rights_of(account, self.base):
                return open_in_root(self.root, path, flags, 0o600)
        except PermissionError:
            if account.uid != 0:
                raise
        return self._open_as_root(path, flags, 0o600)

    def _make_parents(self, path: str, account: Account) -> None:
        done = "/"
        with rights_of(account, self.base, override=account.uid == 0):
            parent = open_in_root(self.root, "/", os.O_PATH | os.O_DIRECTORY)
            try:
                for name in posixpath.dirname(posixpath.normpath(path)).split("/"):
                    if name:
                        done = posixpath.join(done, name)
                        below = self._folder(parent, name, done)
                        os.close(parent)
                        parent = below
            finally:
                os.close(parent)

    def _folder(self, parent: int, name: str, path: str) -> int:
        """Open the folder `name` of `parent`, which is `path`, and make it if it is missing."""
        with suppress(FileNotFoundError):
            return open_in_root(self.root, path, os.O_PATH | os.O_DIRECTORY)
        os.mkdir(name, 0o755, dir_fd=parent)
        # Not by its path: somebody inside may have put a link to another folder there.
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        made = os.open(name, flags, dir_fd=parent)
        os.fchmod(made, 0o755)  # whatever the harness's umask is
        return made


def _read_all(file: int, expected: int, limit: int) -> bytes:
    chunks = []
    room = limit + 1
    # One byte more than expected finds the end without a second full-size buffer.
    size = min(expected + 1, room)
    while room > 0 and (chunk := os.read(file, max(1, min(size, room)))):
        chunks.append(chunk)
        room -= len(chunk)
        size = _CHUNK
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _require_regular(facts: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(facts.st_mode):
        raise NotARegularFileError(errno.EINVAL, "not a regular file", path)


@contextmanager
def named(path: str) -> Iterator[None]:
    """Turn the kernel's other answers into the port's errors."""
    try:
        yield
    except (NotARegularFileError, FileTooLargeError):
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(errno.ENOENT, "a parent is not a directory", path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(error.errno, "the sandbox's disk quota is used up", path) from error
        # Sockets, FIFOs without a reader and devices without a driver answer so.
        if error.errno in (errno.ENXIO, errno.ENODEV):
            raise NotARegularFileError(error.errno, "not a regular file", path) from error
        # Too many links, too long a name: nothing there that can be read.
        if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
            raise FileNotFoundError(errno.ENOENT, os.strerror(error.errno), path) from error
        # A lease held inside; a file being executed.
        if error.errno in (errno.EWOULDBLOCK, errno.ETXTBSY, errno.EROFS, errno.EPERM):
            raise PermissionError(error.errno, os.strerror(error.errno), path) from error
        raise
