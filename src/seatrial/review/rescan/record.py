"""What a rescan of one case gave: sealed in the case, as data that people read and tools count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.canonical import Digest, canonical_json
from seatrial.core.people import CaseId
from seatrial.core.record import to_json
from seatrial.review.sample import Detection

RECORD_SCHEMA = "seatrial.rescan/1"

MOST_FOUND = 1000
"""Samples of a trial that a record shows in full; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSample:
    """A sample that shows it. sample: `role/task/epoch`, or the journal that is all there is."""

    sample: str
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What could not be searched, wholly or in part, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSearched:
    """One sealed archive. archive: its digest. samples: searched. found: that show it.

    shown: the first of them, in the trial's order.
    """

    trial: str
    archive: Digest
    samples: int
    found: int
    shown: tuple[FoundSample, ...]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanRecord:
    """One case's result. It holds no time: the same search of the same archives gives it again.

    means: what a file's rules mean, by name; nothing for those of the release.
    """

    schema: str
    rescan: str
    case: CaseId
    detector: str
    version: str
    rules: Digest
    means: Mapping[str, str]
    trials: tuple[TrialSearched, ...]

    @property
    def scanned(self) -> int:
        """Count the samples that were searched."""
        return sum(one.samples for one in self.trials)

    @property
    def found(self) -> int:
        """Count the samples that show it."""
        return sum(one.found for one in self.trials)

    @property
    def unread(self) -> int:
        """Count what could not be read whole."""
        return sum(len(one.unread) for one in self.trials)


def trial_searched(
    trial: str,
    archive: Digest,
    searched: Sequence[tuple[str, tuple[Detection, ...]]],
    unread: Sequence[Unread],
) -> TrialSearched:
    """Sum up one archive. searched: every sample with what it showed."""
    hits = [FoundSample(sample=name, detections=found) for name, found in searched if found]
    return TrialSearched(
        trial=trial,
        archive=archive,
        samples=len(searched),
        found=len(hits),
        shown=tuple(hits[:MOST_FOUND]),
        unread=tuple(unread),
    )


def write_record(record: RescanRecord) -> bytes:
    """Give a record's canonical JSON."""
    return canonical_json(to_json(record))
