"""Rescans of old evidence: order one, and see how far it is, in numbers."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.faces.api.answers import MOST, Identity, Limit, answer, answer_thing
from seatrial.faces.api.auth import Token, caller_of, demand, the_desk
from seatrial.faces.api.body import read_json, read_record
from seatrial.faces.api.doing import Once, done, once
from seatrial.faces.api.lists import list_page
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.spec import gives, takes
from seatrial.faces.api.wire import NewRescan, RescanShown
from seatrial.faces.desk.rescans import RELEASED, Known, order_for, rescan_stream, take_detector
from seatrial.review.rescan.aggregate import (
    RESCAN,
    Ordered,
    Rescan,
    cases_found,
    cases_to_judge,
)

router = Router(auth=Token(), tags=["rescans"])


@router.get("", openapi_extra=gives("Listing", paged=True))
def list_rescans(
    request: HttpRequest, after: Identity | None = None, limit: Limit = MOST
) -> HttpResponse:
    """List the rescans."""
    demand(caller_of(request), Action.ORDER_RESCAN)
    rows = StreamRow.objects.filter(aggregate=RESCAN.name)
    return list_page(request, rows, RESCAN.name, after=after, limit=limit)


@router.post("", openapi_extra=takes("NewRescan", status=201))
def order(request: HttpRequest) -> HttpResponse:
    """Order a rescan; workers take it up. What it finds is read in each case, by its people."""
    content, body = read_json(request)
    new, asked = read_record(NewRescan, body), once(request, content)
    asked.demand(Action.ORDER_RESCAN)
    rescan, desk = asked.identity(), the_desk()
    state, _ = desk.ledger.state(RESCAN, rescan_stream(rescan))
    # Repeated, it is of the cases of back then.
    ordered = _ordered(new, asked) if state is None else state.ordered
    with asked.unit() as (unit, setting):
        written = unit.handle(RESCAN, rescan_stream(rescan), ordered, setting)
    return answer(done(rescan, written), status=201, number=written.number)


@router.get("/{rescan}", openapi_extra=gives("RescanShown", tagged=True))
def show(request: HttpRequest, rescan: Identity) -> HttpResponse:
    """Show a rescan, with what it found in numbers."""
    demand(caller_of(request), Action.ORDER_RESCAN)
    state, number = the_desk().ledger.state(RESCAN, rescan_stream(rescan))
    if state is None:
        raise NotFoundError
    return answer_thing(request, shown(rescan, number, state), number)


def shown(rescan: str, number: int, state: Rescan) -> RescanShown:
    """Sum a rescan up."""
    ordered = state.ordered
    return RescanShown(
        id=rescan,
        number=number,
        stage=state.stage,
        detector=ordered.detector,
        version=ordered.version,
        rules=ordered.rules,
        purpose=ordered.purpose,
        ordered_at=state.ordered_at,
        cases=len(ordered.cases),
        done=len(state.scanned) + len(state.missed),
        missed=len(state.missed),
        unread=sum(1 for one in state.scanned if one.unread),
        samples=sum(one.scanned for one in state.scanned),
        found=len(cases_found(state)),
        waiting=len(cases_to_judge(state)),
    )


def _ordered(new: NewRescan, asked: Once) -> Ordered:
    known = RELEASED
    if new.detector is not None:
        made = take_detector(new.detector.encode())
        known = Known(name=made.name, version=made.version, rules=made.digest)
    return order_for(the_desk(), asked.caller.who, known, new.cases, new.purpose)
