"""Coverage inquiries: asking whether a model is covered, and the answer."""

from io import BytesIO

from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.api.answers import (
    MOST,
    Identity,
    Limit,
    answer,
    answer_thing,
)
from seatrial.faces.api.auth import Caller, Token, caller_of, demand, the_desk
from seatrial.faces.api.blobs import read_content, seal_once
from seatrial.faces.api.body import read_json, read_record
from seatrial.faces.api.commands import COVERAGE_STEPS, access_of, read_command
from seatrial.faces.api.doing import done, once
from seatrial.faces.api.lists import list_page
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.spec import gives, takes, takes_content
from seatrial.faces.api.wire import InquiryShown, NewInquiry
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.desk.standing import party_of
from seatrial.review.coverage.aggregate import COVERAGE, Inquiry
from seatrial.review.coverage.events import Asked, Event
from seatrial.wiring.portal import the_blobs

router = Router(auth=Token(), tags=["coverage"])

SEALED = frozenset({"description"})


@router.get("", openapi_extra=gives("Listing", paged=True))
def list_inquiries(
    request: HttpRequest, after: Identity | None = None, limit: Limit = MOST
) -> HttpResponse:
    """List the inquiries of one's own party; for officials, everybody's."""
    caller = caller_of(request)
    rows = StreamRow.objects.filter(aggregate=COVERAGE.name)
    if not _may(caller, Action.ANSWER_COVERAGE):
        demand(caller, Action.ASK_COVERAGE)
        party = party_of(the_desk().ledger, caller.who.person)
        rows = rows.filter(party=party.party if party else None)
    return list_page(request, rows, COVERAGE.name, after=after, limit=limit)


@router.post("", openapi_extra=takes("NewInquiry", status=201))
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whether a model is covered; the description is sealed, the ledger has its digest."""
    content, body = read_json(request)
    new = read_record(NewInquiry, body, sealed=SEALED)
    asked = once(request, content)
    inquiry, desk = asked.identity(), the_desk()
    asked.demand(Action.ASK_COVERAGE)
    stream = StreamId(f"coverage/{inquiry}")
    state, _ = desk.ledger.state(COVERAGE, stream)
    if state is None:
        text = BytesIO(new.description.encode())
        facts = the_blobs().seal(
            CaseId(inquiry), text, media_of(Content.COVERAGE), desk.setting(asked.caller.who)
        )
    else:
        facts = state.facts[0]
    with asked.unit() as (unit, setting):
        written = unit.handle(COVERAGE, stream, Asked(name=new.name, facts=facts), setting)
    location = f"/api/coverage/{inquiry}"
    return answer(done(inquiry, written), status=201, number=written.number, location=location)


@router.get("/{inquiry}", openapi_extra=gives("InquiryShown", tagged=True))
def show(request: HttpRequest, inquiry: Identity) -> HttpResponse:
    """Show an inquiry to both sides."""
    state, number = _find(caller_of(request), inquiry)
    return answer_thing(request, InquiryShown(id=inquiry, number=number, state=state), number)


@router.post("/{inquiry}/blobs", openapi_extra=takes_content())
def seal(request: HttpRequest, inquiry: Identity) -> HttpResponse:
    """Seal more facts to an inquiry, for `facts-given` to name."""
    content = read_content(request)
    asked = once(request, content)
    asked.demand(Action.ASK_COVERAGE)
    _find(asked.caller, inquiry)
    return seal_once(asked, CaseId(inquiry), content, Content.COVERAGE)


@router.post("/{inquiry}/commands", openapi_extra=takes("CoverageCommand", matched=True))
def command(request: HttpRequest, inquiry: Identity) -> HttpResponse:
    """Take a step of an inquiry."""
    content, body = read_json(request)
    wanted, asked = read_command(COVERAGE_STEPS, body), once(request, content)
    asked.demand(access_of(wanted))
    _find(asked.caller, inquiry)
    expected = asked.expecting(wanted.expected)
    stream = StreamId(f"coverage/{inquiry}")
    with asked.unit() as (unit, setting):
        wish: Event = wanted.command  # type: ignore[assignment]  # one of COVERAGE_STEPS
        written = unit.handle(COVERAGE, stream, wish, setting, expected=expected)
    return answer(done(inquiry, written), number=written.number)


def _find(caller: Caller, inquiry: str) -> tuple[Inquiry, int]:
    """Give an inquiry of one's own, or that one may answer. Raises: NotFoundError."""
    ledger = the_desk().ledger
    state, number = ledger.state(COVERAGE, StreamId(f"coverage/{inquiry}"))
    party = party_of(ledger, caller.who.person)
    own = state is not None and party is not None and party.party == state.developer
    mine = own and _may(caller, Action.ASK_COVERAGE)
    if state is None or not (mine or _may(caller, Action.ANSWER_COVERAGE)):
        raise NotFoundError
    return state, number


def _may(caller: Caller, action: Action) -> bool:
    return isinstance(the_desk().may(caller.who, action), Granted)
