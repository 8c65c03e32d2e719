"""What an incident is, and what may happen to it when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId
from seatrial.core.stages import Side, Table, lead, stay
from seatrial.review.incident.events import (
    Clock,
    ClockAnswered,
    ClockMissed,
    Closed,
    EvidenceFrozen,
    Opened,
    PartyAffected,
    PartyNotified,
    Reopened,
    Rescanned,
)


class Stage(StrEnum):
    """Where the incident stands."""

    OPEN = "open"
    CLOSED = "closed"


class ClockStanding(StrEnum):
    """Where a clock stands. Done late stays missed."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """A clock and what became of it. done_at, record: of what it asks for."""

    clock: Clock
    standing: ClockStanding = ClockStanding.RUNNING
    done_at: datetime | None = None
    record: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident. affected: parties concerned. notified: those that were told."""

    stage: Stage
    opened: Opened
    opened_at: datetime
    clocks: tuple[RunningClock, ...]
    affected: tuple[PartyId, ...]
    notified: tuple[PartyId, ...] = ()
    evidence: tuple[Digest, ...] = ()
    rescans: tuple[Rescanned, ...] = ()
    closed_at: datetime | None = None


STAGES: Table[Stage] = {
    Opened: {None: Stage.OPEN},
    PartyAffected: stay(Stage.OPEN),
    PartyNotified: stay(Stage.OPEN),
    EvidenceFrozen: stay(Stage.OPEN),
    ClockAnswered: stay(Stage.OPEN),
    ClockMissed: stay(Stage.OPEN),
    # A new detector may come years later.
    Rescanned: stay(Stage.OPEN, Stage.CLOSED),
    Reopened: lead(Stage.OPEN, Stage.CLOSED),
    Closed: lead(Stage.CLOSED, Stage.OPEN),
}

SIDES: Mapping[type[object], Side] = {
    Opened: Side.ANYONE,
    PartyAffected: Side.PERSON,
    PartyNotified: Side.ANYONE,
    EvidenceFrozen: Side.ANYONE,
    ClockAnswered: Side.PERSON,
    ClockMissed: Side.SOFTWARE,
    Rescanned: Side.ANYONE,
    Reopened: Side.PERSON,
    Closed: Side.PERSON,
}


def holds_evidence(state: Incident) -> bool:
    """Tell whether purging must wait for this incident."""
    return state.stage is Stage.OPEN and bool(state.evidence)
