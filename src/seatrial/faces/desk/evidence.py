"""A trial's evidence as an archive: what it must hold, and how it is sealed to its case."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.bundle_archive import read_archive
from seatrial.adapters.bundle_folder import MOST_JSON_BYTES
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.desk.trial_evidence import REMEDY, Evidence
from seatrial.review.bundle import (
    MANIFEST_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
    UNLISTED,
    read_manifest,
)

SEALED_FILES: Mapping[str, Content] = {
    STATEMENT_FILE: Content.STATEMENT,
    MANIFEST_FILE: Content.MANIFEST,
    REPORT_JSON_FILE: Content.REPORT_DATA,
    REPORT_HTML_FILE: Content.REPORT_PAGE,
}
"""What people read in the portal; the archive holds everything."""

ARCHIVE = "application/x-tar; name=trial-archive; trial={trial}"
"""Media type of a trial's whole folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """An archive that was read through. found: path to size and digest of each file."""

    files: Evidence
    found: Mapping[str, tuple[int, Digest]]


def read_evidence(archive: IO[bytes], trial: str) -> Archived:
    """Read an archive through, keeping what people read. Raises: BadInputError for any other."""
    found: dict[str, tuple[int, Digest]] = {}
    kept: dict[str, bytes] = {}
    for member in read_archive(archive, trial):
        digest, parts = hashlib.sha256(), []
        keep = member.name in SEALED_FILES
        if keep and member.size > MOST_JSON_BYTES:
            raise BadInputError(
                f"{member.name} has {member.size} bytes, more than {MOST_JSON_BYTES}.", REMEDY
            )
        for part in member.chunks():
            digest.update(part)
            if keep:
                parts.append(part)
        found[member.name] = (member.size, Digest(f"sha256:{digest.hexdigest()}"))
        if keep:
            kept[member.name] = b"".join(parts)
    missing = [name for name in SEALED_FILES if name not in kept]
    if missing:
        raise BadInputError(f"The archive holds no {missing[0]}.", REMEDY)
    return Archived(files=evidence_of(kept.__getitem__), found=found)


def evidence_of(read: Callable[[str], bytes]) -> Evidence:
    """Gather what people read of a trial. read: gives a bundle's file by its name."""
    return Evidence(
        statement=read(STATEMENT_FILE),
        manifest=read(MANIFEST_FILE),
        report_data=read(REPORT_JSON_FILE),
        report_page=read(REPORT_HTML_FILE),
    )


def check_listed(archived: Archived) -> None:
    """Hold every file against the manifest: none missing, none more, none altered.

    Raises: BadInputError naming the first that differs.
    """
    manifest = read_manifest(archived.files.manifest)
    listed = {one.path: (one.size, one.sha256) for one in manifest.files}
    there = {name: is_so for name, is_so in archived.found.items() if name not in UNLISTED}
    for name in sorted(listed.keys() | there.keys()):
        if listed.get(name) != there.get(name):
            raise BadInputError(
                f"The evidence does not agree: {name} is not as {MANIFEST_FILE} lists it.", REMEDY
            )


def seal_evidence(
    blobs: SealedBlobs,
    case: CaseId,
    trial: str,
    files: Evidence,
    setting: Setting,
    *,
    key: str,
) -> None:
    """Seal what people read of a trial, each file once for its key."""
    sealed = (
        (files.statement, Content.STATEMENT),
        (files.manifest, Content.MANIFEST),
        (files.report_data, Content.REPORT_DATA),
        (files.report_page, Content.REPORT_PAGE),
    )
    for content, sort in sealed:
        media = media_of(sort, trial)
        blobs.seal(case, BytesIO(content), media, setting, key=f"{key}/{sort.value}")


def seal_archive(
    blobs: SealedBlobs, case: CaseId, media: str, archive: IO[bytes], setting: Setting, *, key: str
) -> Digest:
    """Seal a trial's whole folder, from its archive's beginning."""
    archive.seek(0)
    return blobs.seal(case, archive, media, setting, key=f"{key}/archive")
