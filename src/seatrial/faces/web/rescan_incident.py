"""An incident that a rescan calls for: what its form begins with, and what is entered with it."""

from dataclasses import dataclass

from django.http import HttpRequest

from seatrial.core.access.action import Action
from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId
from seatrial.faces.desk.rescans import found_at, rescan_stream, result_of
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.case_acts import purposes_for
from seatrial.review.incident.events import Rescanned
from seatrial.review.rescan.aggregate import RESCAN, CaseScanned


@dataclass(frozen=True, slots=True, kw_only=True)
class FromRescan:
    """What a rescan found in a case. fields: the form's; event: of the incident."""

    case: CaseId
    fields: dict[str, object]
    event: Rescanned


def from_rescan(request: HttpRequest) -> FromRescan | None:
    """Give what the address says that the incident comes from; None for nothing the person sees."""
    case, rescan = CaseId(request.GET.get("case", "")), request.GET.get("rescan", "")
    if not case or not rescan or "\0" in case + rescan:
        return None
    desk, who = the_desk(), who_asks(request)
    state, _ = desk.ledger.state(RESCAN, rescan_stream(rescan))
    found = result_of(state, case) if state else None
    if state is None or not isinstance(found, CaseScanned) or not found.found:
        return None
    if not purposes_for(desk, who, case, Action.READ_EVIDENCE):
        return None
    ordered, at = state.ordered, found_at(desk.ledger, rescan, case)
    return FromRescan(
        case=case,
        fields={
            "case": case,
            "title": f"A rescan with {ordered.detector} {ordered.version} found something",
            "account": (
                f"The detector found it in {found.found} of {found.scanned} samples. The record of"
                f" the search is sealed in the case as {found.record}."
            ),
            "known_at": show_moment(at)[:16],
        },
        event=Rescanned(
            detector=ordered.detector,
            version=ordered.version,
            scanned=found.scanned,
            found=found.found,
            record=found.record,
        ),
    )
