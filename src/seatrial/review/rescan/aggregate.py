"""The rescan as an aggregate (R29). That nothing was found is on record too."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, assert_never, get_args

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.people import CaseId
from seatrial.core.stages import (
    Side,
    Table,
    check_side,
    kind_names,
    lead,
    move,
    refuse_unless,
    stay,
)
from seatrial.review.submission.model import is_digest


class Stage(StrEnum):
    """Where the rescan stands."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Cases are to be searched with a detector. rules: digest of the detector's own files.

    purpose: for which the sealed archives are opened; it is entered with each opening.
    """

    detector: str
    version: str
    rules: Digest
    cases: tuple[CaseId, ...]
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScanned:
    """One case was searched. scanned: samples. found: samples that show it.

    record: digest of the result, sealed in the case. unread: archives, logs and journals that
    could not be read whole; the record names them.
    """

    case: CaseId
    scanned: int
    found: int
    record: Digest
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMissed:
    """One case could not be searched, e.g. because its sealed content is destroyed."""

    case: CaseId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Every case was searched, or it is said why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseJudged:
    """A person of the case read what was found and says what it is.

    confirmed: it is what the detector takes it for; otherwise a false alarm. record: digest of
    the person's reasons, sealed in the case.
    """

    case: CaseId
    confirmed: bool
    record: Digest


Event: TypeAlias = Ordered | CaseScanned | CaseMissed | Finished | CaseJudged


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescan:
    """A rescan and its results so far."""

    stage: Stage
    ordered: Ordered
    ordered_at: datetime
    scanned: tuple[CaseScanned, ...] = ()
    missed: tuple[CaseMissed, ...] = ()
    judged: tuple[CaseJudged, ...] = ()


STAGES: Table[Stage] = {
    Ordered: {None: Stage.RUNNING},
    CaseScanned: stay(Stage.RUNNING),
    CaseMissed: stay(Stage.RUNNING),
    Finished: lead(Stage.DONE, Stage.RUNNING),
    # What was found is judged whenever its reader comes to it.
    CaseJudged: stay(Stage.RUNNING, Stage.DONE),
}


def cases_left(state: Rescan) -> tuple[CaseId, ...]:
    """Give the cases without a result, in the order's order."""
    done = {one.case for one in state.scanned} | {one.case for one in state.missed}
    return tuple(one for one in state.ordered.cases if one not in done)


def cases_found(state: Rescan) -> tuple[CaseId, ...]:
    """Give the cases in which the detector found something: each calls for an incident."""
    return tuple(one.case for one in state.scanned if one.found)


def cases_to_judge(state: Rescan) -> tuple[CaseId, ...]:
    """Give the cases in which something was found that nobody has judged."""
    judged = {one.case for one in state.judged}
    return tuple(one for one in cases_found(state) if one not in judged)


def decide(state: Rescan | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    move(STAGES, state.stage if state else None, wanted, thing="rescan")
    check_side(Side.ANYONE, setting, wanted, developer=None)
    if state is None:
        if isinstance(wanted, Ordered):
            refuse_unless(
                wanted.detector.strip()
                and wanted.version.strip()
                and is_digest(wanted.rules)
                and wanted.cases
                and len(set(wanted.cases)) == len(wanted.cases),
                "A rescan needs a detector by digest, and cases, each once.",
                "Name them.",
            )
            refuse_unless(
                wanted.purpose.strip(),
                "No purpose is given.",
                "Say what the sealed archives are opened for.",
            )
        return (wanted,)
    match wanted:
        case CaseScanned():
            _check_left(state, wanted.case)
            refuse_unless(
                0 <= wanted.found <= wanted.scanned
                and wanted.unread >= 0
                and is_digest(wanted.record),
                f"A rescan of {wanted.scanned} samples cannot have found {wanted.found}.",
                "Enter what the scan gave.",
            )
        case CaseMissed():
            _check_left(state, wanted.case)
            refuse_unless(wanted.reason.strip(), "Why is it missing?", "Give the reason.")
        case Finished():
            left = cases_left(state)
            refuse_unless(
                not left, f"These cases have no result: {', '.join(left)}.", "Search them first."
            )
        case CaseJudged():
            check_side(Side.PERSON, setting, wanted, developer=None)
            refuse_unless(
                wanted.case in cases_to_judge(state),
                f"Nothing that was found in {wanted.case} waits for a judgement.",
                "Look at its record.",
            )
            refuse_unless(is_digest(wanted.record), "Reasons are missing.", "Give them.")
        case Ordered():
            pass
        case _:
            assert_never(wanted)
    return (wanted,)


def _check_left(state: Rescan, case: CaseId) -> None:
    refuse_unless(
        case in cases_left(state),
        f"{case} was not ordered, or has its result.",
        "Nothing is left to do.",
    )


def evolve(state: Rescan | None, event: Event, setting: Setting) -> Rescan:
    """Give the rescan after an event that `decide` gave."""
    if state is None:
        if not isinstance(event, Ordered):
            raise TypeError("the table lets a rescan begin by being ordered only")
        return Rescan(stage=Stage.RUNNING, ordered=event, ordered_at=setting.at)
    match event:
        case Ordered():
            return state
        case CaseScanned():
            return replace(state, scanned=(*state.scanned, event))
        case CaseMissed():
            return replace(state, missed=(*state.missed, event))
        case Finished():
            return replace(state, stage=Stage.DONE)
        case CaseJudged():
            return replace(state, judged=(*state.judged, event))
        case _:
            assert_never(event)


RESCAN: Aggregate[Rescan | None, Event, Event] = Aggregate(
    name="rescan",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
