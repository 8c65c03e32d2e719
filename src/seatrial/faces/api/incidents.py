"""Incidents: opening one of no case; of a case what is known, its clocks, and commands to it."""

from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.api.answers import (
    MOST,
    Identity,
    Limit,
    answer,
    answer_thing,
)
from seatrial.faces.api.auth import Token, caller_of, demand, the_desk
from seatrial.faces.api.body import read_json, read_record
from seatrial.faces.api.commands import INCIDENT_STEPS, access_of, read_command
from seatrial.faces.api.doing import Once, done, once
from seatrial.faces.api.lists import list_page
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.spec import gives, takes
from seatrial.faces.api.wire import IncidentShown, NewIncident
from seatrial.faces.desk.opening import incident_opened
from seatrial.faces.desk.policy import policy_in_force
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import Event, Opened, Source
from seatrial.review.incident.state import Incident
from seatrial.wiring.portal import the_blobs

router = Router(auth=Token(), tags=["incidents"])
opening = Router(auth=Token(), tags=["incidents"])

SEALED = frozenset({"account"})


@opening.post("", openapi_extra=takes("NewIncident", status=201))
def open_one(request: HttpRequest) -> HttpResponse:
    """Open an incident that concerns no single case; one of a case is opened on its pages."""
    content, body = read_json(request)
    new = read_record(NewIncident, body, sealed=SEALED)
    asked = once(request, content)
    incident, desk = asked.identity(), the_desk()
    asked.demand(Action.OPEN_INCIDENT)
    stream = StreamId(f"incident/{incident}")
    state, _ = desk.ledger.state(INCIDENT, stream)
    # Repeated, its clocks are those of back then.
    opened = _opened(new, CaseId(incident), asked) if state is None else state.opened
    with asked.unit() as (unit, setting):
        written = unit.handle(INCIDENT, stream, opened, setting)
    return answer(done(incident, written), status=201, number=written.number)


@router.get("/{case}/incidents", openapi_extra=gives("Listing", paged=True))
def list_incidents(
    request: HttpRequest, case: Identity, after: Identity | None = None, limit: Limit = MOST
) -> HttpResponse:
    """List a case's incidents."""
    demand(caller_of(request), Action.HANDLE_INCIDENT, CaseId(case))
    rows = StreamRow.objects.filter(aggregate=INCIDENT.name, case=case)
    return list_page(request, rows, INCIDENT.name, after=after, limit=limit)


@router.get("/{case}/incidents/{incident}", openapi_extra=gives("IncidentShown", tagged=True))
def show(request: HttpRequest, case: Identity, incident: Identity) -> HttpResponse:
    """Show an incident with its clocks."""
    demand(caller_of(request), Action.HANDLE_INCIDENT, CaseId(case))
    state, number = _find(case, incident)
    return answer_thing(request, IncidentShown(id=incident, number=number, state=state), number)


@router.post(
    "/{case}/incidents/{incident}/commands", openapi_extra=takes("IncidentCommand", matched=True)
)
def command(request: HttpRequest, case: Identity, incident: Identity) -> HttpResponse:
    """Ask for something to happen in an incident."""
    content, body = read_json(request)
    wanted, asked = read_command(INCIDENT_STEPS, body), once(request, content)
    asked.demand(access_of(wanted), CaseId(case))
    _find(case, incident)
    expected = asked.expecting(wanted.expected)
    stream = StreamId(f"incident/{incident}")
    with asked.unit() as (unit, setting):
        wish: Event = wanted.command  # type: ignore[assignment]  # one of INCIDENT_STEPS
        written = unit.handle(INCIDENT, stream, wish, setting, expected=expected, case=CaseId(case))
    return answer(done(incident, written), number=written.number)


def _opened(new: NewIncident, incident: CaseId, asked: Once) -> Opened:
    sealing = the_desk().setting(asked.caller.who)
    text = BytesIO(new.account.encode())
    return incident_opened(
        policy_in_force(settings.DATA),
        source=Source.ALERT,
        case=None,
        title=new.title,
        account=the_blobs().seal(incident, text, "text/plain", sealing),
        known_at=new.known_at,
        affected=(),
    )


def _find(case: str, incident: str) -> tuple[Incident, int]:
    """Give an incident of a case. Raises: NotFoundError for any other."""
    state, number = the_desk().ledger.state(INCIDENT, StreamId(f"incident/{incident}"))
    if state is None or state.opened.case != case:
        raise NotFoundError
    return state, number
