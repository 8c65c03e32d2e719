"""Incidents: a list, opening one by hand, the desk with its four clocks."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, PartyId
from seatrial.core.problem import BadInputError
from seatrial.faces.desk.cases import cases_with
from seatrial.faces.desk.opening import incident_opened
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.standing import OPERATOR
from seatrial.faces.web.acting import demand, the_desk, who_asks
from seatrial.faces.web.case_choice import case_choice
from seatrial.faces.web.case_tools import OWN
from seatrial.faces.web.clock_words import time_left
from seatrial.faces.web.forms.record_form import Moment
from seatrial.faces.web.forms.sealed_text import SealedText
from seatrial.faces.web.incident_forms import (
    STEPS,
    every_party,
    fill_choices,
    sealing_case,
    waits_for,
)
from seatrial.faces.web.rescan_incident import FromRescan, from_rescan
from seatrial.faces.web.timeline import timeline
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import Event, Source
from seatrial.review.incident.state import STAGES, Incident
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.team.aggregate import TEAM
from seatrial.wiring.portal import the_blobs

PAGE = 50
"""Incidents on a page of the list."""

MEDIA = "text/plain; name=incident-text"
"""Of every text of an incident. Its name is no sort of a case's own content: lists of a case leave
it out."""

OTHER_PURPOSE = "incident response"
"""On record for reading an incident of no case, whose readers have no purposes given."""


class OpenForm(forms.Form):
    """What happened."""

    case = forms.ChoiceField(required=False, label="Case concerned")
    title = forms.CharField(
        max_length=200, label="Title", help_text="Goes into the ledger. Name nothing secret in it."
    )
    account = SealedText(label="What is known")
    known_at = Moment(
        label="When it was noticed (UTC)", help_text="The policy's clocks run from then."
    )


@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """List the incidents that the person may handle."""
    desk, who = the_desk(), who_asks(request)
    rows = StreamRow.objects.filter(aggregate=INCIDENT.name)
    wanted = Q(Exists(cases_with(who.person).filter(name=OuterRef("case"))))
    if _may(request, Action.HANDLE_OTHER_INCIDENT):
        wanted |= Q(case=None)
    shown = rows.filter(wanted).defer("state")
    page = Paginator(shown.order_by("-stage", "-at"), PAGE).get_page(request.GET.get("page"))
    now = desk.clock.now()
    cases = {CaseId(row.case) for row in page if row.case is not None}
    handled = desk.open_in(who, Action.HANDLE_INCIDENT, cases)
    states = desk.ledger.states(INCIDENT, [StreamId(row.stream) for row in page])
    found = []
    for row in page:
        state = states.get(StreamId(row.stream))
        if state is not None and (row.case is None or row.case in handled):
            due = min((one.clock.due for one in state.clocks if one.done_at is None), default=None)
            left = time_left(due, now) if due else "nothing is due"
            found.append((row, state, due, left))
    context = {"page": page, "found": found, "opens": _may(request, Action.OPEN_INCIDENT)}
    return render(request, "seatrial/incidents.html", context)


@require_http_methods(["GET", "POST"])
def open_by_hand(request: HttpRequest) -> HttpResponse:
    """Open an incident; the clocks run from when it was noticed."""
    demand(request, Action.OPEN_INCIDENT)
    desk = the_desk()
    rescan = from_rescan(request)
    fields = rescan.fields if rescan else {"case": request.GET.get("case", "")}
    form = OpenForm(request.POST or None, initial=fields)
    named = (str(fields.get("case", "")), request.POST.get("case", ""))
    choice = case_choice(request, request.GET.get("find", ""), besides=named)
    cases = [(one, f"{of.model.name} {of.model.checkpoint}") for one, of in choice.cases]
    form.fields["case"] = forms.ChoiceField(
        required=False, choices=[("", "No single case"), *cases], label="Case concerned"
    )
    form.order_fields(["case", "title", "account", "known_at"])
    if request.method == "POST" and form.is_valid():
        given, incident = form.cleaned_data, fresh_id()
        case = CaseId(given["case"]) if given["case"] else None
        try:
            _open(request, incident, case, given, rescan)
        except (BadInputError, NotPossibleError) as error:
            form.add_error(None, f"{error.what} {error.remedy}")
        else:
            messages.info(request, "The incident is open; its clocks run.")
            state, _ = desk.ledger.state(INCIDENT, StreamId(f"incident/{incident}"))
            if state is not None and _handles(request, state):
                return redirect("incident", incident=incident)
            return redirect("incidents")
    rules = policy_in_force(settings.DATA).policy
    duties = "; ".join(f"{one.duty.rstrip('.')} ({_length(one)})" for one in rules.clock)
    context = {
        "title": "Open an incident",
        "lines": (
            "Anyone who takes part can open one. Who handles it sees it, each reading on record.",
            f"What falls due by the policy: {duties}.",
        ),
        "form": form,
        "button": "Open the incident",
        "back": "/incidents/",
        "back_name": "incidents",
        "choice": choice,
    }
    return render(request, "seatrial/incident_open.html", context)


@require_safe
def incident(request: HttpRequest, incident: str) -> HttpResponse:
    """Show an incident's desk."""
    state, number = _find(request, incident)
    return render(request, "seatrial/incident.html", _context(request, incident, state, number))


@require_POST
def read(request: HttpRequest, incident: str) -> HttpResponse:
    """Show what was written; each reading is entered first."""
    state, number = _find(request, incident)
    desk, who = the_desk(), who_asks(request)
    case, setting = state.opened.case, desk.setting(who)
    purpose = request.POST.get("purpose") or None
    if case is not None:
        desk.check(who, Action.READ_INCIDENT, case, purpose)
    spoken = OTHER_PURPOSE if case is None else purpose or OWN
    texts = [
        (label, the_blobs().read(one, spoken, setting).decode("utf-8", "replace"))
        for label, one in _written(desk.ledger.history(StreamId(f"incident/{incident}")))
    ]
    context = _context(request, incident, state, number) | {"texts": texts}
    return render(request, "seatrial/incident.html", context)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, incident: str, kind: str) -> HttpResponse:
    """Take a step of an incident."""
    state, number = _find(request, incident)
    desk, who, wanted = the_desk(), who_asks(request), STEPS.get(kind)
    if wanted is None or state.stage not in STAGES[wanted.command]:
        raise Http404
    form: Any = wanted.form(request.POST if request.method == "POST" else None)
    fill_choices(form, state, desk.ledger, _parties(request, state))
    if request.method == "POST" and form.is_valid():
        case = sealing_case(incident, state)
        try:
            command: Event = form.command(lambda text: _seal(request, case, text))
            stream = StreamId(f"incident/{incident}")
            with desk.unit(who) as (unit, setting):
                unit.handle(
                    INCIDENT, stream, command, setting, expected=number, case=state.opened.case
                )
        except (BadInputError, NotPossibleError) as error:
            form.add_error(None, f"{error.what} {error.remedy}")
        else:
            messages.info(request, "It is on record.")
            return redirect("incident", incident=incident)
    context = {
        "title": wanted.label,
        "form": form,
        "button": wanted.label,
        "back": f"/incidents/{incident}",
        "back_name": state.opened.title,
    }
    return render(request, "seatrial/form.html", context)


def _open(
    request: HttpRequest,
    incident: str,
    case: CaseId | None,
    given: dict[str, Any],
    rescan: FromRescan | None,
) -> None:
    desk, who, stream = the_desk(), who_asks(request), StreamId(f"incident/{incident}")
    if rescan is not None and rescan.case != case:
        rescan = None
    affected: tuple[PartyId, ...] = ()
    if case is not None:
        demand(request, Action.READ_CASE, case)
        submission, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
        affected = (submission.developer,) if submission else ()
    command = incident_opened(
        policy_in_force(settings.DATA),
        source=Source.RESCAN if rescan else Source.HAND,
        case=case,
        title=given["title"],
        account=_seal(request, case or CaseId(incident), given["account"]),
        known_at=given["known_at"],
        affected=affected,
    )
    desk.check_command(who, command, case=None)
    with desk.unit(who) as (unit, setting):
        unit.handle(INCIDENT, stream, command, setting, case=case)
        if rescan is not None:
            unit.handle(INCIDENT, stream, rescan.event, setting, case=case)


def _length(clock: Any) -> str:
    if clock.hours:
        return f"{clock.hours} hours"
    if clock.business_days:
        return f"{clock.business_days} business days"
    return f"{clock.days} days"


def _find(request: HttpRequest, incident: str) -> tuple[Incident, int]:
    """Give an incident that the person may handle. Raises: Http404 for any other."""
    state, number = the_desk().ledger.state(INCIDENT, StreamId(f"incident/{incident}"))
    if state is None or not _handles(request, state):
        raise Http404
    return state, number


def _handles(request: HttpRequest, state: Incident) -> bool:
    case = state.opened.case
    action = Action.HANDLE_OTHER_INCIDENT if case is None else Action.HANDLE_INCIDENT
    return _may(request, action, case)


def _may(request: HttpRequest, action: Action, case: CaseId | None = None) -> bool:
    return isinstance(the_desk().may(who_asks(request), action, case), Granted)


def _parties(request: HttpRequest, state: Incident) -> tuple[PartyId, ...]:
    """Give the parties that the person may know of: the programme's people know all."""
    desk, case = the_desk(), state.opened.case
    if desk.setting(who_asks(request)).actor.party == OPERATOR or case is None:
        return every_party()
    team, _ = desk.ledger.state(TEAM, StreamId(f"team/{case}"))
    return tuple(dict.fromkeys(one.party for one in team.members)) if team else ()


def _seal(request: HttpRequest, case: CaseId, text: str) -> Digest:
    setting = the_desk().setting(who_asks(request))
    return the_blobs().seal(case, BytesIO(text.encode()), MEDIA, setting)


_TEXTS = {
    "incident.opened": ("account", "What is known"),
    "incident.party-notified": ("text", "What a party was told"),
    "incident.clock-answered": ("record", "What shows that a duty is done"),
    "incident.closed": ("lessons", "What was learnt"),
}
"""Where entries name sealed texts of people."""


def _written(entries: Any) -> Iterator[tuple[str, Digest]]:
    for one in entries:
        if one.entry.kind in _TEXTS:
            name, label = _TEXTS[one.entry.kind]
            yield (
                f"{label}, {one.entry.at:%-d %b %Y, %H:%M} UTC",
                Digest(str(one.entry.facts[name])),
            )


def _context(request: HttpRequest, incident: str, state: Incident, number: int) -> dict[str, Any]:
    desk, who = the_desk(), who_asks(request)
    now, case = desk.clock.now(), state.opened.case
    purposes: tuple[str | None, ...] = ()
    if case is not None:
        purposes = desk.open_to(who, case, [Action.READ_INCIDENT]).get(Action.READ_INCIDENT, ())
    return {
        "incident": incident,
        "state": state,
        "number": number,
        "clocks": [
            (one, time_left(one.clock.due, now) if one.done_at is None else "")
            for one in state.clocks
        ],
        "notified": [(one, one in state.notified) for one in state.affected],
        "steps": [
            (kind, one.label)
            for kind, one in STEPS.items()
            if state.stage in STAGES[one.command] and waits_for(state, one.command)
        ],
        "reads": case is None or bool(purposes),
        "purposes": [one for one in purposes if one is not None],
        "own": case is None or None in purposes,
        "lines": timeline(desk.ledger.history(StreamId(f"incident/{incident}"))),
    }
