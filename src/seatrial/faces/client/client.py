"""The client: one method for each thing that the API does."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

import httpx

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.aggregate import Aggregate, event_facts
from seatrial.core.ledger.entry import read_entry
from seatrial.core.ledger.port import Recorded
from seatrial.core.people import CaseId
from seatrial.core.record import to_json
from seatrial.faces.api.wire import (
    CertificateShown,
    Done,
    Hashes,
    Head,
    History,
    IncidentShown,
    InquiryShown,
    Listed,
    Listing,
    Me,
    NewIncident,
    NewInquiry,
    NewRescan,
    NewSubmission,
    RescanShown,
    SealedContent,
    SubmissionShown,
)
from seatrial.faces.client.exchange import CHUNK, Connected, Exchange
from seatrial.formats.certificate import plain_code
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, read_checkpoint
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.coverage.events import Event as CoverageStep
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import Event as IncidentStep
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import Model
from seatrial.review.submission.table import Command

BYTES = "application/octet-stream"


class Client(Connected):
    """A server of the programme, seen with one token; without one, what is public.

    Methods raise ProblemError: NotPossibleError and ConflictError as the rules do, and those of
    `problems.py`. Each may be called again with the same `key`: it is done once.
    """

    def __init__(
        self, server: str, token: str | None = None, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        super().__init__(Exchange(server, token, transport=transport))

    def me(self) -> Me:
        """Tell whose token this is and what it is good for."""
        return self._at.get(Me, "/parties/me")

    def submissions(self) -> Iterator[Listed]:
        """List the cases that the token reads."""
        for page in self._at.pages(Listing, "/submissions"):
            yield from page.items

    def submission(self, case: CaseId) -> SubmissionShown:
        """Show a case."""
        return self._at.get(SubmissionShown, f"/submissions/{case}")

    def history(self, case: CaseId) -> Iterator[Recorded]:
        """Give a case's entries, each read from its own bytes."""
        for page in self._at.pages(History, f"/submissions/{case}/history"):
            for one in page.entries:
                content = one.leaf.encode()
                entry = read_entry(content, place=f"entry {one.index}")
                yield Recorded(index=one.index, entry=entry, content=content)

    def draft(self, model: Model, *, key: str | None = None) -> Done:
        """Begin a submission."""
        return self._at.post(Done, "/submissions", _body(NewSubmission(model=model)), key=key)

    def give(
        self,
        case: CaseId,
        command: Command,
        *,
        expected: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Ask for something to happen in a case. expected: entries when one looked."""
        path = f"/submissions/{case}/commands"
        return self._give(SUBMISSION, path, command, expected=expected, key=key)

    def seal(self, case: CaseId, sort: str, content: bytes, *, key: str | None = None) -> Digest:
        """Seal content for a command to name. sort: such as `objection`."""
        path = f"/submissions/{case}/blobs?content={sort}"
        return self._at.post(SealedContent, path, content, media=BYTES, key=key).digest

    def read(self, case: CaseId, digest: Digest, purpose: str | None = None) -> bytes:
        """Read sealed content; the reading is entered with its purpose, else the token's."""
        query = {} if purpose is None else {"purpose": purpose}
        return self._at.get_bytes(f"/submissions/{case}/blobs/{digest}", **query)

    def hand_in(
        self,
        case: CaseId,
        trial: str,
        archive: IO[bytes],
        *,
        variant: str | None = None,
        key: str | None = None,
    ) -> Done:
        """Hand a trial's evidence in, which ends it. archive: `bundle_archive.pack_files` made it.

        variant: that was tried, to enter the trial's start too; None when it is on record.
        The same archive is handed in once, also without a key of one's own.
        """
        digest = file_digest(archive)
        return self._at.send_file(
            Done,
            "POST",
            f"/submissions/{case}/trials/{trial}/evidence",
            archive,
            digest=digest,
            key=key or f"evidence-{digest.removeprefix('sha256:')}",
            **({} if variant is None else {"variant": variant}),
        )

    def open_incident(
        self, title: str, account: str, known_at: datetime, *, key: str | None = None
    ) -> Done:
        """Open an incident of no case. account: sealed. known_at: its clocks run from then."""
        new = NewIncident(title=title, account=account, known_at=known_at)
        return self._at.post(Done, "/incidents", _body(new), key=key)

    def incidents(self, case: CaseId) -> Iterator[Listed]:
        """List a case's incidents."""
        for page in self._at.pages(Listing, f"/submissions/{case}/incidents"):
            yield from page.items

    def incident(self, case: CaseId, incident: str) -> IncidentShown:
        """Show an incident."""
        return self._at.get(IncidentShown, f"/submissions/{case}/incidents/{incident}")

    def give_to_incident(
        self,
        case: CaseId,
        incident: str,
        command: IncidentStep,
        *,
        expected: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Ask for something to happen in an incident."""
        path = f"/submissions/{case}/incidents/{incident}/commands"
        return self._give(INCIDENT, path, command, expected=expected, key=key)

    def inquiries(self) -> Iterator[Listed]:
        """List coverage inquiries."""
        for page in self._at.pages(Listing, "/coverage"):
            yield from page.items

    def inquiry(self, inquiry: str) -> InquiryShown:
        """Show a coverage inquiry."""
        return self._at.get(InquiryShown, f"/coverage/{inquiry}")

    def ask(self, name: str, description: str, *, key: str | None = None) -> Done:
        """Ask whether a model is covered; the description is sealed."""
        new = NewInquiry(name=name, description=description)
        return self._at.post(Done, "/coverage", _body(new), key=key)

    def seal_facts(self, inquiry: str, content: bytes, *, key: str | None = None) -> Digest:
        """Seal more facts to an inquiry."""
        path = f"/coverage/{inquiry}/blobs"
        return self._at.post(SealedContent, path, content, media=BYTES, key=key).digest

    def give_to_inquiry(
        self,
        inquiry: str,
        command: CoverageStep,
        *,
        expected: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Take a step of an inquiry."""
        path = f"/coverage/{inquiry}/commands"
        return self._give(COVERAGE, path, command, expected=expected, key=key)

    def rescans(self) -> Iterator[Listed]:
        """List the rescans of old evidence."""
        for page in self._at.pages(Listing, "/rescans"):
            yield from page.items

    def rescan(self, rescan: str) -> RescanShown:
        """Show a rescan in numbers."""
        return self._at.get(RescanShown, f"/rescans/{rescan}")

    def order_rescan(self, new: NewRescan, *, key: str | None = None) -> Done:
        """Order a rescan."""
        return self._at.post(Done, "/rescans", _body(new), key=key)

    def certificate(self, code: str) -> CertificateShown:
        """Find a certificate by its code, of which only the digest is sent."""
        digest = digest_bytes(plain_code(code).encode())
        return self._at.get(CertificateShown, f"/certificates/{digest}")

    def head(self) -> Head:
        """Give size and root of the ledger."""
        return self._at.get(Head, "/ledger/head")

    def checkpoint(self) -> SignedCheckpoint:
        """Give the latest signed head."""
        return read_checkpoint(self._at.get_bytes("/ledger/checkpoint"), place="the checkpoint")

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove that an entry is in the ledger of a size."""
        return _hashes(self._at.get(Hashes, "/ledger/inclusion", index=index, size=size))

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """Prove that one size continues another."""
        return _hashes(self._at.get(Hashes, "/ledger/consistency", first=first, second=second))

    def _give(
        self,
        aggregate: Aggregate[Any, Any, Any],
        path: str,
        command: object,
        *,
        expected: int | None,
        key: str | None,
    ) -> Done:
        kind, facts = event_facts(aggregate, command)
        said: Mapping[str, object] = {
            "kind": kind.partition(".")[2],
            "facts": facts,
            "expected": expected,
        }
        return self._at.post(Done, path, json.dumps(said).encode(), key=key)


def file_digest(file: IO[bytes]) -> Digest:
    """Give the digest of a whole file."""
    file.seek(0)
    found = hashlib.sha256()
    for part in iter(lambda: file.read(CHUNK), b""):
        found.update(part)
    return Digest(f"sha256:{found.hexdigest()}")


def _body(record: object) -> bytes:
    return json.dumps(to_json(record)).encode()


def _hashes(found: Hashes) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(one) for one in found.hashes)
