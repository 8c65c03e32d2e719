"""One journal's file: lines appended, each in the file before the call returns."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from seatrial.core.canonical import Digest, Json
from seatrial.core.journal_chain import FIRST_PREVIOUS, entry_line, line_digest
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.problem import BadInputError, UnavailableError


class JournalWriter:
    """Appends the entries of one sandbox. May be called from several threads.

    A line is handed to the kernel before `append` returns: killing this process loses none.
    Only `close` waits for the disk, so a power cut may lose the last lines; the missing
    closing entry shows it.
    """

    def __init__(self, path: Path, *, sandbox: str, now_ns: Callable[[], int]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        try:
            self._fd = os.open(path, flags, 0o600)
        except FileExistsError as error:
            raise BadInputError(
                f"There is a journal already: {path}.",
                "Give each sandbox of a trial a label of its own, or another folder.",
            ) from error
        except OSError as error:
            raise UnavailableError(
                f"The journal {path} cannot be written: {error.strerror}.",
                "Make room there or choose a folder that you may write to.",
            ) from error
        self._path = path
        self._sandbox = sandbox
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._previous: Digest = FIRST_PREVIOUS
        self._counter: Counter[JournalKind] = Counter()
        self._open = True

    def append(self, kind: JournalKind, facts: Mapping[str, Json]) -> None:
        """Append one entry, dated now.

        Raises: UnavailableError when the file cannot take it; ValueError for facts that JSON
            cannot hold; RuntimeError after `close`.
        """
        self.append_all([(kind, facts, self._now_ns())])

    def append_all(
        self, entries: Iterable[tuple[JournalKind, Mapping[str, Json], int]]
    ) -> list[int]:
        """Append (kind, facts, time_ns) in one go.

        Returns: the size in bytes of each entry's line.
        Raises: as `append`; then none of `entries` counts as written.
        """
        with self._lock:
            if not self._open:
                raise RuntimeError(f"{self._path} is closed")
            lines: list[bytes] = []
            previous, counter = self._previous, self._counter.copy()
            for kind, facts, time_ns in entries:
                line = entry_line(
                    JournalEntry(
                        sequence=counter.total(),
                        time_ns=time_ns,
                        sandbox=self._sandbox,
                        kind=kind,
                        facts=facts,
                        previous=previous,
                    )
                )
                lines.append(line)
                previous = line_digest(line)
                counter[kind] += 1
            self._write(b"".join(lines))
            self._previous, self._counter = previous, counter
            return [len(line) for line in lines]

    def counts(self) -> dict[str, Json]:
        """Count the entries so far by kind, CLOSED left out: the `entries` of a closing entry."""
        with self._lock:
            return {
                kind.value: self._counter[kind]
                for kind in JournalKind
                if kind is not JournalKind.CLOSED
            }

    def close(self) -> None:
        """Wait until the disk has it all, and stop. Closing twice is harmless."""
        with self._lock:
            if self._open:
                self._open = False
                os.fsync(self._fd)
                os.close(self._fd)

    def _write(self, content: bytes) -> None:
        start = os.fstat(self._fd).st_size
        left = memoryview(content)
        try:
            while left:
                left = left[os.write(self._fd, left) :]
        except OSError as error:
            # Half a line would make every later one unreadable.
            os.ftruncate(self._fd, start)
            raise UnavailableError(
                f"The journal {self._path} cannot be written: {error.strerror}.",
                "Make room on that disk; the sample's record ends here.",
            ) from error
