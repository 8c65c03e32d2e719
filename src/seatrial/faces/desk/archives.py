"""What a trial left, read from its sealed archive a part at a time: a stranger's upload.

Nothing of it is run, rendered or written under a name; every part has a bound.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings

from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.bundle_archive import Member, read_archive
from seatrial.adapters.bundle_folder import MOST_JSON_BYTES
from seatrial.adapters.store.models import StreamRow
from seatrial.adapters.trial_directory import WORK
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PersonId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.sealed.blob import SEALED
from seatrial.faces.desk.evidence import ARCHIVE
from seatrial.faces.desk.host_orders import HANDED_IN
from seatrial.formats.sample_files import (
    journal_file,
    log_file,
    sample_key,
    submission_file,
)
from seatrial.review.bundle import VERDICTS_FILE
from seatrial.review.sample import SampleResult
from seatrial.review.sample_json import read_verdicts

MOST_ARCHIVE = 5 * 1024 * 1024 * 1024
"""Bytes of an archive that is opened here, sealed; what is handed in has at most 4 GiB."""

PART = 200_000
"""Bytes of a file that are shown at a time."""

AT_ONCE = 2
"""Archives that a server process holds open: each takes room on the disk, and a thread."""

_room = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A trial's folder, sealed. size: bytes of what is kept. by: None for the software."""

    digest: Digest
    size: int
    at: datetime
    by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFiles:
    """A sample and where the archive has what belongs to it; None for what it has not."""

    result: SampleResult
    key: str
    log: str | None
    journal: str | None
    submission: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an archive holds. files: name to bytes. trouble: why samples cannot be listed."""

    files: dict[str, int]
    samples: tuple[SampleFiles, ...]
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a file, as text. start, size: bytes, of the part's place and of the file."""

    text: str
    start: int
    size: int

    @property
    def next(self) -> int | None:
        """Where the next part starts; None at the end."""
        after = self.start + PART
        return after if after < self.size else None


def archives_of(ledger: Ledger, case: CaseId, trial: str) -> tuple[Archive, ...]:
    """Give the sealed archives of a trial, oldest first, whoever ran it or handed it in."""
    whole, by_host = ARCHIVE.format(trial=trial), HANDED_IN.format(trial=trial)
    rows = StreamRow.objects.filter(
        aggregate=SEALED.name, case=case, state__contains=f"trial={trial}"
    )
    found: list[Archive] = []
    for stream in rows.values_list("stream", flat=True):
        blob, _ = ledger.state(SEALED, StreamId(stream))
        if blob is None or not (blob.media == whole or blob.media.startswith(by_host)):
            continue
        first = ledger.history(StreamId(stream))[0].entry
        found.append(
            Archive(digest=blob.digest, size=blob.size, at=first.at, by=first.actor.person)
        )
    return tuple(sorted(found, key=lambda one: (one.at, one.digest)))


@contextmanager
def opened(
    blobs: SealedBlobs, archive: Archive, purpose: str, setting: Setting
) -> Iterator[IO[bytes]]:
    """Enter the reading, then open an archive in a file that has no name.

    Raises: UnavailableError while too many are open; BadInputError for one that is too large.
    """
    if archive.size > MOST_ARCHIVE:
        raise BadInputError(
            f"This archive has {archive.size} bytes; {MOST_ARCHIVE} are opened here.",
            "Read its report, and ask whoever ran the trial for the bundle.",
        )
    if not _room.acquire(blocking=False):
        raise UnavailableError("Others are reading archives.", "Try again in a minute.")
    try:
        place = Path(settings.DATA) / "incoming"
        place.mkdir(exist_ok=True, mode=0o700)
        with TemporaryFile(dir=place) as file:
            blobs.read_into(archive.digest, purpose, setting, file)
            yield file
    finally:
        _room.release()


def read_contents(file: IO[bytes], trial: str) -> Contents:
    """List files and samples; what only the harness needs is left out.

    Raises: BadInputError when it is no archive.
    """
    files: dict[str, int] = {}
    verdicts = b""
    for member in _members(file, trial):
        files[member.name] = member.size
        if member.name == VERDICTS_FILE and member.size <= MOST_JSON_BYTES:
            verdicts = b"".join(member.chunks())
    try:
        results, trouble = read_verdicts(verdicts), ""
    except BadInputError as problem:
        results, trouble = (), problem.what
    samples = tuple(_sample_files(one, files) for one in results)
    return Contents(files=files, samples=samples, trouble=trouble)


def read_part(file: IO[bytes], trial: str, name: str, start: int) -> Part | None:
    """Read a part of one of its files; None when there is none of that name."""
    for member in _members(file, trial):
        if member.name == name:
            start = min(max(start, 0), member.size)
            return Part(text=visible(_cut(member, start)), start=start, size=member.size)
    return None


def copy_file(file: IO[bytes], trial: str, name: str, into: IO[bytes]) -> bool:
    """Copy one of its files; say whether it is there."""
    for member in _members(file, trial):
        if member.name == name:
            into.writelines(member.chunks())
            into.flush()
            return True
    return False


def visible(content: bytes | str) -> str:
    """Make text fit to be shown in lines: escapes, direction marks and the like become codes."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    return "".join(
        char
        if char.isprintable() or char in "\n\t"
        else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def _members(file: IO[bytes], trial: str) -> Iterator[Member]:
    file.seek(0)
    for member in read_archive(file, trial, older=True):
        if not member.name.startswith(f"{WORK}/"):
            yield member


def _cut(member: Member, start: int) -> bytes:
    found, before = bytearray(), 0
    for part in member.chunks():
        found += part[max(0, start - before) : max(0, start + PART - before)]
        before += len(part)
        if before >= start + PART:
            break
    return bytes(found)


def _sample_files(result: SampleResult, files: dict[str, int]) -> SampleFiles:
    key = sample_key(result.task, result.epoch)
    log, submission = log_file(result.role), submission_file(result.role, key)
    journal = None if result.journal is None else journal_file(result.journal.sandbox)
    return SampleFiles(
        result=result,
        key=key,
        log=log if log in files else None,
        journal=journal if journal in files else None,
        submission=submission if submission in files else None,
    )
