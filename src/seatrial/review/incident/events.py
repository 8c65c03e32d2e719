"""What happens in an incident."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId


class Source(StrEnum):
    """How the incident came to be known."""

    HAND = "hand"
    ALERT = "alert"
    RESCAN = "rescan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock of the policy, started. due: computed once, and a fact from then on."""

    name: str
    duty: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An incident was opened (R29). known_at: when it was noticed; the clocks run from then.

    case: None when no single case is concerned. account: digest of a sealed account.
    policy: digest of the policy file whose clocks these are.
    """

    source: Source
    case: CaseId | None
    title: str
    account: Digest
    known_at: datetime
    policy: Digest
    clocks: tuple[Clock, ...]
    affected: tuple[PartyId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyAffected:
    """One more party turned out to be affected."""

    party: PartyId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNotified:
    """An affected party was told. text: of what it was told, sealed."""

    party: PartyId
    text: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFrozen:
    """Evidence is held until the incident is closed, whatever retention says."""

    evidence: tuple[Digest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAnswered:
    """What a clock asks for is done. record: of the document that shows it."""

    clock: str
    record: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMissed:
    """A clock ran out before its duty was done."""

    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescanned:
    """Old transcripts and journals were searched with a detector.

    scanned: how many samples. found: how many showed it. record: of the result.
    """

    detector: str
    version: str
    scanned: int
    found: int
    record: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A closed incident goes on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The incident is over. lessons: of a sealed document."""

    lessons: Digest


Event: TypeAlias = (
    Opened
    | PartyAffected
    | PartyNotified
    | EvidenceFrozen
    | ClockAnswered
    | ClockMissed
    | Rescanned
    | Reopened
    | Closed
)
