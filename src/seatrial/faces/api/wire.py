"""What travels besides the rules' own records: lists, answers, problems. Shared with the client."""

from dataclasses import dataclass
from datetime import datetime

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.review.certificate.aggregate import Standing
from seatrial.review.certificate.events import Issued
from seatrial.review.coverage.aggregate import Inquiry
from seatrial.review.incident.state import Incident
from seatrial.review.rescan.aggregate import Stage as RescanStage
from seatrial.review.submission.model import Model
from seatrial.review.submission.state import Submission

PROBLEM = "urn:seatrial:problem:"
"""What the `type` of every problem begins with; the rest is one of a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An answer that says no. Source: RFC 9457; `remedy` is our member, what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry that a command led to. index: in the ledger. number: in its stream."""

    index: int
    number: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command led to. number: entries of the thing after it, for the next command."""

    id: str
    number: int
    entries: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One thing of a list. at: of its last entry."""

    id: str
    title: str
    stage: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of a list; the `Link` header names the next one."""

    items: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """An entry. leaf: its bytes in the tree, JSON in canonical form, as text."""

    index: int
    number: int
    kind: str
    at: datetime
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A page of a thing's entries; the `Link` header names the next one."""

    entries: tuple[EntryShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubmission:
    """What a draft begins with; the rules come from the policy in force."""

    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionShown:
    """A case as it is after `number` entries."""

    id: CaseId
    number: int
    state: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInquiry:
    """A question whether a model is covered. description: sealed at once, entered by digest."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryShown:
    """A coverage inquiry as it is after `number` entries."""

    id: str
    number: int
    state: Inquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """An incident of no case. account: what is known, sealed. known_at: its clocks' start."""

    title: str
    account: str
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShown:
    """An incident as it is after `number` entries."""

    id: str
    number: int
    state: Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRescan:
    """A search of old evidence. detector: a file's text; None for those of the release.

    cases: of whose teams one is; none for every case that holds a sealed trial.
    """

    purpose: str
    detector: str | None = None
    cases: tuple[CaseId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanShown:
    """A rescan as it is after `number` entries, in numbers: which cases they are of is not said.

    done: cases with a result, `missed` of them not searched and `unread` not read whole.
    found: cases with findings; waiting: of them those that nobody has judged.
    """

    id: str
    number: int
    stage: RescanStage
    detector: str
    version: str
    rules: Digest
    purpose: str
    ordered_at: datetime
    cases: int
    done: int
    missed: int
    unread: int
    samples: int
    found: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateShown:
    """A certificate, for whoever has its code. reason: of a revocation, else empty."""

    id: str
    standing: Standing
    issued: Issued
    issued_at: datetime
    ended_at: datetime | None
    triggers: tuple[str, ...]
    reason: str
    superseded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Whose token this is and what it is good for. case: None for what concerns no case."""

    person: PersonId
    party: PartyId | None
    party_name: str
    roles: tuple[Role, ...]
    operator: bool
    case: CaseId | None
    purpose: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContent:
    """Content that was sealed. digest: for commands to name it by."""

    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The whole ledger in two numbers. root: hexadecimal."""

    size: int
    root: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """A proof. Source: RFC 9162, section 2.1; hexadecimal, in that order."""

    hashes: tuple[str, ...]
