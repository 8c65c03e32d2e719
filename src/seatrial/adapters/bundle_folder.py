"""A folder that someone hands over as a bundle: read without following where it leads."""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.trial_directory import WORK
from seatrial.core.problem import BadInputError

MOST_BYTES = 1024 * 1024 * 1024
"""Of one file. A journal has room for some 300 MiB; what is larger is not read at all."""

MOST_FILES = 200_000
"""Names in a folder; a trial of 10,000 samples makes some 60,000."""

MOST_JSON_BYTES = 64 * 1024 * 1024
"""Of a JSON file, which is parsed as a whole; a report of 10,000 samples has some 12 MiB."""

_JSON = ".json"

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO must not keep the reader waiting for a writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class BundleFolder:
    """Reads plain files below `path` only: no links, no devices, no `..`, nothing too large."""

    path: Path

    def listing(self) -> tuple[str, ...]:
        """List every name that is no folder, relative, with `/`, sorted; `work/` is left out.

        Raises: BadInputError when there are more than MOST_FILES.
        """
        found: list[str] = []
        for folder, folders, files in os.walk(self.path):
            here = Path(folder)
            if here == self.path and WORK in folders:
                folders.remove(WORK)
            links = [name for name in folders if (here / name).is_symlink()]
            found.extend(
                (here / name).relative_to(self.path).as_posix() for name in (*files, *links)
            )
            if len(found) > MOST_FILES:
                raise BadInputError(
                    f"{self.path} holds more than {MOST_FILES} files.", "Name a trial's folder."
                )
        return tuple(sorted(found))

    def read(self, name: str) -> bytes:
        """Read a file. Raises: OSError with the name, also for what is no plain file."""
        most = _most_bytes(name)
        with self.opened(name) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
            content = file.read(most + 1)
        if len(content) > most:  # it grew
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        return content

    def read_if_there(self, name: str) -> bytes | None:
        """Read a file; None when there is none. Raises: BadInputError when it cannot be read."""
        try:
            return self.read(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInputError(
                f"{self.path / name} cannot be read: {error.strerror}.",
                "Bring the original file back.",
            ) from error

    @contextmanager
    def opened(self, name: str) -> Generator[int]:
        """Open a file; give its descriptor. Raises: as `read`."""
        folders = name.split("/")
        if "\0" in name or any(part in ("", ".", "..") for part in folders):
            raise OSError(errno.EINVAL, "It is no path within the bundle", name)
        try:
            descriptor = os.open(self.path, _DIRECTORY & ~os.O_NOFOLLOW)
            try:
                for part in folders[:-1]:
                    below = os.open(part, _DIRECTORY, dir_fd=descriptor)
                    os.close(descriptor)
                    descriptor = below
                file = os.open(folders[-1], _FILE, dir_fd=descriptor)
            finally:
                os.close(descriptor)
        except (OSError, UnicodeEncodeError) as error:
            raise _named(error, name) from error
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "It is no plain file", name)
            if found.st_size > _most_bytes(name):
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
            yield file
        finally:
            os.close(file)


def _most_bytes(name: str) -> int:
    return MOST_JSON_BYTES if name.endswith(_JSON) else MOST_BYTES


def _named(error: OSError | UnicodeEncodeError, name: str) -> OSError:
    if isinstance(error, UnicodeEncodeError):
        return OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return OSError(error.errno, "It is a link, or lies behind one", name)
    return OSError(error.errno, error.strerror, name)
