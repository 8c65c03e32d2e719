"""What sealed content of a case is, by the name in its media type; and who may read each sort."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seatrial.adapters.store.models import LedgerEntry, StreamRow
from seatrial.core.access.action import Action
from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId, read_entry
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PersonId
from seatrial.core.sealed.blob import SEALED, Blob, blob_stream


class Content(StrEnum):
    """A sort of content. Its value is the name in the media type, and no secret."""

    CREDENTIALS = "credentials"
    ELICITATION = "elicitation-notes"
    ML_BOM = "ml-bom"
    PARTNER_NOTICE = "partner-notice"
    COVERAGE = "coverage-facts"
    PLAN = "plan"
    COMMENT = "comment"
    STATEMENT = "statement"
    MANIFEST = "manifest"
    REPORT_DATA = "report-data"
    REPORT_PAGE = "report-page"
    INTEGRITY = "integrity-record"
    RESCAN = "rescan-record"
    JUDGEMENT = "rescan-judgement"
    DEVELOPER_REPORT = "developer-report"
    ANNEX = "confidential-annex"
    CORRECTION = "correction"
    OBJECTION = "objection"
    VIEW = "consultee-view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """label: for people. type: without parameters. action: that reading it is."""

    label: str
    type: str
    action: Action


_TEXT, _JSON = "text/plain", "application/json"
_WRITINGS, _EVIDENCE = Action.READ_WRITINGS, Action.READ_EVIDENCE

SORTS: Mapping[Content, Sort] = {
    Content.CREDENTIALS: Sort(
        label="Endpoint and credentials", type=_TEXT, action=Action.USE_MODEL
    ),
    Content.ELICITATION: Sort(label="Elicitation notes", type=_TEXT, action=_WRITINGS),
    Content.ML_BOM: Sort(
        label="Model's bill of materials (CycloneDX)", type=_JSON, action=_WRITINGS
    ),
    Content.PARTNER_NOTICE: Sort(
        label="Notice to trusted partners", type=_JSON, action=Action.READ_PARTNER_NOTICE
    ),
    Content.COVERAGE: Sort(
        label="Description of the model", type=_TEXT, action=Action.ANSWER_COVERAGE
    ),
    Content.PLAN: Sort(label="Signed plan", type=_JSON, action=_WRITINGS),
    Content.COMMENT: Sort(label="Comment on the plan", type=_TEXT, action=_WRITINGS),
    Content.STATEMENT: Sort(label="Signed statement of a trial", type=_JSON, action=_EVIDENCE),
    Content.MANIFEST: Sort(label="List of a trial's files", type=_JSON, action=_EVIDENCE),
    Content.REPORT_DATA: Sort(label="Report of a trial, data", type=_JSON, action=_EVIDENCE),
    Content.REPORT_PAGE: Sort(label="Report of a trial", type="text/html", action=_EVIDENCE),
    Content.INTEGRITY: Sort(label="Record of the integrity review", type=_TEXT, action=_EVIDENCE),
    Content.RESCAN: Sort(label="Record of a rescan", type=_JSON, action=_EVIDENCE),
    Content.JUDGEMENT: Sort(label="Judgement of what a rescan found", type=_TEXT, action=_EVIDENCE),
    Content.DEVELOPER_REPORT: Sort(label="Developer report", type=_JSON, action=Action.READ_REPORT),
    Content.ANNEX: Sort(label="Confidential annex", type=_JSON, action=Action.READ_ANNEX),
    Content.CORRECTION: Sort(label="Factual correction", type=_TEXT, action=_WRITINGS),
    Content.OBJECTION: Sort(label="Objection", type=_TEXT, action=_WRITINGS),
    Content.VIEW: Sort(label="View of a consultee", type=_TEXT, action=Action.READ_ANNEX),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of sealed content. trial: it is evidence of; by: who sealed it."""

    digest: Digest
    content: Content
    trial: str | None
    blob: Blob
    at: datetime
    by: PersonId | None

    @property
    def label(self) -> str:
        """Name it for people."""
        return SORTS[self.content].label

    @property
    def name(self) -> str:
        """Give the part of its digest that addresses name it by."""
        return self.digest.removeprefix("sha256:")


def media_of(content: Content, trial: str | None = None) -> str:
    """Give the media type under which content is sealed."""
    named = f"{SORTS[content].type}; name={content.value}"
    return named if trial is None else f"{named}; trial={trial}"


def item_of(ledger: Ledger, digest: Digest) -> Item | None:
    """Give what is known of content; None for what is not sealed, or by another part."""
    return next(iter(_items(ledger, [blob_stream(digest)])), None)


def items_of(ledger: Ledger, case: CaseId) -> list[Item]:
    """Give all sealed content of a case that has a name, oldest first."""
    rows = StreamRow.objects.filter(aggregate=SEALED.name, case=case)
    found = _items(ledger, rows.values_list("stream", flat=True))
    return sorted(found, key=lambda one: (one.at, one.digest))


def _items(ledger: Ledger, streams: Iterable[str]) -> Iterator[Item]:
    """Turn streams into items, with who sealed each and when from its first entry."""
    first = LedgerEntry.objects.filter(stream__in=list(streams), number=0)
    for stream, content in first.values_list("stream", "content"):
        blob, _ = ledger.state(SEALED, StreamId(stream))
        entry = read_entry(bytes(content), place=stream)
        given = dict(_parameters(blob.media)) if blob else {}
        if blob is not None and given.get("name") in set(Content):
            yield Item(
                digest=blob.digest,
                content=Content(given["name"]),
                trial=given.get("trial"),
                blob=blob,
                at=entry.at,
                by=entry.actor.person,
            )


def _parameters(media: str) -> Iterator[tuple[str, str]]:
    for part in media.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        yield name, value
