"""Rescans: which detector and cases can be chosen, ordering one, what waits for a judgement."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from seatrial.adapters.rescan.released import NAME, VERSION, released_rules
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError, read_event
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PersonId
from seatrial.core.problem import BadInputError
from seatrial.core.sealed.blob import SEALED
from seatrial.faces.desk.cases import cases_with
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.detectors import check_detector
from seatrial.faces.desk.standing import Whoever
from seatrial.review.rescan.aggregate import (
    RESCAN,
    CaseJudged,
    CaseMissed,
    CaseScanned,
    Ordered,
    Rescan,
    cases_to_judge,
)
from seatrial.review.rescan.detector import Detector
from seatrial.wiring.portal import the_documents

ARCHIVES = ("name=trial-archive", "name=host-archive")
"""In the media types of sealed folders of trials."""

BOARD = "rescan"
"""Where a worker says why a rescan waits, under the rescan's name: of a case it is a trial's."""

MOST_PURPOSE = 100
"""Characters."""

MOST_CASES = 5000
"""Of one order, which is one entry; its names take some 200 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A detector that can be chosen. rules: its digest. released: it comes with the software."""

    name: str
    version: str
    rules: Digest
    released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something found that a person of the case is to judge. at: when it was found."""

    rescan: str
    ordered: Ordered
    scanned: CaseScanned
    at: datetime


RELEASED = Known(name=NAME, version=VERSION, rules=released_rules(), released=True)


def rescan_stream(rescan: str) -> StreamId:
    """Give the stream of a rescan."""
    return StreamId(f"rescan/{rescan}")


def take_detector(content: bytes) -> Detector:
    """Check a detector's file and keep it. Raises: BadInputError."""
    detector = check_detector(content, place="The detector's file")
    the_documents().keep(content)
    return detector


def known_detectors(ledger: Ledger) -> tuple[Known, ...]:
    """Give the release's detectors, then every file that a rescan was ordered with, latest first.

    A digest of another release's own detectors names rules that are not here any more.
    """
    rows = StreamRow.objects.filter(aggregate=RESCAN.name).order_by("-at")
    streams = [StreamId(one) for one in rows.values_list("stream", flat=True)]
    states = ledger.states(RESCAN, streams)
    ordered = (state.ordered for one in streams if (state := states.get(one)) is not None)
    files = (
        Known(name=one.detector, version=one.version, rules=one.rules)
        for one in ordered
        if one.detector != NAME
    )
    return (RELEASED, *dict.fromkeys(files))


def cases_with_archives() -> tuple[CaseId, ...]:
    """Give the cases that hold a sealed trial, destroyed ones too: that they are is a result."""
    found: set[CaseId] = set()
    for name in ARCHIVES:
        rows = StreamRow.objects.filter(aggregate=SEALED.name, state__contains=name)
        cases = rows.exclude(case=None).values_list("case", flat=True).distinct()
        found.update(CaseId(str(one)) for one in cases)
    return tuple(sorted(found))


def own_cases(desk: Desk, who: PersonId, cases: Collection[CaseId]) -> frozenset[CaseId]:
    """Give those of some cases that a person may read, whatever token carries the request."""
    own = {CaseId(one) for one in cases_with(who)}
    return desk.open_in(Whoever(person=who), Action.READ_CASE, own.intersection(cases))


def order_for(
    desk: Desk, who: Whoever, known: Known, cases: Collection[CaseId], purpose: str
) -> Ordered:
    """Make an order. cases: chosen ones; none for every case that holds a sealed trial.

    Raises: BadInputError for a case that holds none, or that is not the person's to name, and for
    a purpose that is no line; NotPossibleError without any case, or with too many for one order.
    """
    if len(purpose) > MOST_PURPOSE or not purpose.isprintable():
        raise BadInputError(
            f"The purpose is no line of at most {MOST_PURPOSE} characters.",
            "Name one of the policy's purposes.",
        )
    there = cases_with_archives()
    chosen = there if not cases else tuple(dict.fromkeys(cases))
    if cases:
        own = own_cases(desk, who.person, there)
        for one in chosen:
            if one not in own:
                raise BadInputError(
                    f"{one[:60]} is no case of yours that holds a sealed trial.",
                    "Name cases of whose team you are, or leave them out to search every one.",
                )
    if not chosen:
        raise NotPossibleError(
            "No case holds a sealed trial.", "Hand a trial's evidence in first, or run one."
        )
    if len(chosen) > MOST_CASES:
        raise NotPossibleError(
            f"{len(chosen)} cases hold a sealed trial; one order has at most {MOST_CASES}.",
            "Order several, each with cases of your own.",
        )
    return Ordered(
        detector=known.name,
        version=known.version,
        rules=known.rules,
        cases=chosen,
        purpose=purpose,
    )


def waiting_for(desk: Desk, who: Whoever) -> list[Waiting]:
    """Give what rescans found in a person's cases and nobody has judged, oldest first."""
    own = {CaseId(one) for one in cases_with(who.person)}
    rows = StreamRow.objects.filter(aggregate=RESCAN.name).order_by("at", "stream")
    # The text of a row narrows the search; the record decides.
    streams = [StreamId(one) for one in rows.values_list("stream", flat=True)]
    states = desk.ledger.states(RESCAN, streams)
    found: list[Waiting] = []
    for stream in streams:
        state = states.get(stream)
        here = own.intersection(cases_to_judge(state)) if state else set[CaseId]()
        if state is None or not here:
            continue
        times = _found_at(desk.ledger, stream)
        found += [
            Waiting(
                rescan=stream.partition("/")[2],
                ordered=state.ordered,
                scanned=one,
                at=times[one.case],
            )
            for one in state.scanned
            if one.case in here and desk.open_to(who, one.case, (Action.JUDGE_RESCAN,))
        ]
    return found


def result_of(state: Rescan, case: CaseId) -> CaseScanned | CaseMissed | None:
    """Give a case's result; None while it has none."""
    results: tuple[CaseScanned | CaseMissed, ...] = (*state.scanned, *state.missed)
    return next((one for one in results if one.case == case), None)


def judgement_of(state: Rescan, case: CaseId) -> CaseJudged | None:
    """Give what a person made of what was found in a case."""
    return next((one for one in state.judged if one.case == case), None)


def found_at(ledger: Ledger, rescan: str, case: CaseId) -> datetime:
    """Give the moment when a case was searched. Raises: KeyError when it was not."""
    return _found_at(ledger, rescan_stream(rescan))[case]


def running_rescans() -> Iterator[str]:
    """Name the rescans that are to be gone on with."""
    rows = StreamRow.objects.filter(aggregate=RESCAN.name, stage="running").order_by("stream")
    for stream in rows.values_list("stream", flat=True):
        yield stream.partition("/")[2]


def ordered_by(ledger: Ledger, rescan: str) -> PersonId | None:
    """Name who ordered a rescan."""
    return ledger.history(rescan_stream(rescan))[0].entry.actor.person


def _found_at(ledger: Ledger, stream: StreamId) -> dict[CaseId, datetime]:
    times: dict[CaseId, datetime] = {}
    for one in ledger.history(stream):
        if one.entry.kind == "rescan.case-scanned":
            event = read_event(RESCAN, one.entry, place=f"{stream} entry {one.entry.number}")
            if isinstance(event, CaseScanned):
                times[event.case] = one.entry.at
    return times
