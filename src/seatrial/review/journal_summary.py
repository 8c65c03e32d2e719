"""Counts over a trial's journals: what a report says of them without their content."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.journal_chain import entry_line, line_digest
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.review.sample import JournalMark


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSummary:
    """Over all sandboxes of a trial.

    processes, networks: events seen by the kernel. lost: events dropped by the instrument.
    unclosed: journals without an end, as after a kill of the harness.
    unrecorded: sandboxes in which no instrument saw the kernel's events.
    """

    sandboxes: int
    execs: int
    processes: int
    networks: int
    alerts: int
    lost: int
    unclosed: int
    unrecorded: int


def summarise_journals(journals: Iterable[Iterable[JournalEntry]]) -> JournalSummary:
    """Count the entries of each sandbox's journal."""
    kinds: Counter[JournalKind] = Counter()
    sandboxes = lost = unclosed = unrecorded = 0
    for journal in journals:
        sandboxes += 1
        closed = False
        for entry in journal:
            kinds[entry.kind] += 1
            closed = closed or entry.kind is JournalKind.CLOSED
            if entry.kind is JournalKind.OPENED:
                instrument = entry.facts.get("instrument")
                mechanism = instrument.get("mechanism") if isinstance(instrument, Mapping) else None
                unrecorded += mechanism in (None, "none")
            if entry.kind is JournalKind.LOST:
                count = entry.facts.get("count")
                # A loss of unknown size is still a loss.
                lost += count if isinstance(count, int) else 1
        unclosed += not closed
    return JournalSummary(
        sandboxes=sandboxes,
        execs=kinds[JournalKind.EXEC],
        processes=kinds[JournalKind.PROCESS],
        networks=kinds[JournalKind.NETWORK],
        alerts=kinds[JournalKind.ALERT],
        lost=lost,
        unclosed=unclosed,
        unrecorded=unrecorded,
    )


def mark_journal(entries: Sequence[JournalEntry]) -> JournalMark | None:
    """Say where a journal stands; None when it has no entry."""
    if not entries:
        return None
    return JournalMark(
        sandbox=entries[0].sandbox,
        entries=len(entries),
        head=line_digest(entry_line(entries[-1])),
    )
