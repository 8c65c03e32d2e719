"""Submissions: one's cases, a new draft, a case with its window and history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, PartyId, Role
from seatrial.faces.desk.cases import case_of, latest_with
from seatrial.faces.desk.content import items_of
from seatrial.faces.desk.drafting import draft_submission
from seatrial.faces.desk.giving import give_to_submission
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.case_acts import acts_for, member_in, purposes_for
from seatrial.faces.web.case_tools import CaseTools
from seatrial.faces.web.forms.model_form import ModelForm
from seatrial.faces.web.names import learn_parties
from seatrial.faces.web.next_step import ENDINGS, next_step
from seatrial.faces.web.pages.certificates import certificates_of
from seatrial.faces.web.pages.sealed import readable
from seatrial.faces.web.paging import counted_page
from seatrial.faces.web.timeline import timeline
from seatrial.faces.web.window_bar import window_bar
from seatrial.review.party.state import nondisclosure_holds
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import rules_of
from seatrial.review.submission.state import Stage, Submission, Work
from seatrial.review.team.aggregate import TEAM

PAGE = 50
"""Cases on a page of the list."""


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """List the cases of whose team the person is."""
    desk, who = the_desk(), who_asks(request)
    page = counted_page(request, *latest_with(who.person), size=PAGE)
    learn_parties(PartyId(one.party) for one in page if one.party)
    read = desk.open_in(who, Action.READ_CASE, [case_of(one) for one in page])
    context = {
        "page": page,
        "shown": [one for one in page if case_of(one) in read],
        "drafts": isinstance(desk.may(who, Action.DRAFT_SUBMISSION), Granted),
    }
    return render(request, "seatrial/submissions.html", context)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a submission; whoever drafts it is the first of its team."""
    demand(request, Action.DRAFT_SUBMISSION)
    desk, who = the_desk(), who_asks(request)
    posted, now = request.method == "POST", desk.clock.now()
    data, files = (request.POST, request.FILES) if posted else (None, None)
    form = ModelForm(data, files, now=now, name=request.GET.get("name", ""))
    if posted and form.is_valid():
        with keeping(form):
            case = CaseId(fresh_id())
            rules = policy_in_force(settings.DATA)
            tools = CaseTools(desk=desk, who=who, case=case, purpose=None)
            model = form.model(tools.seal)
            with desk.unit(who) as (unit, setting):
                begun = rules_of(rules.policy, rules.digest)
                draft_submission(unit, setting, case, model, begun)
                for planned in form.dates():
                    give_to_submission(unit, setting, case, planned, expected=None)
            return redirect("submission", case=case)
    context = {
        "title": "Draft a submission",
        "intro": "A draft is seen by your own people only. You offer it when it is ready, and can"
        " withdraw it at any time.",
        "form": form,
        "button": "Save the draft",
        "back": "/submissions/",
        "back_name": "your submissions",
    }
    return render(request, "seatrial/form.html", context)


@require_safe
def submission(request: HttpRequest, case: str) -> HttpResponse:
    """Show a case."""
    here = CaseId(case)
    demand(request, Action.READ_CASE, here)
    desk, who = the_desk(), who_asks(request)
    stream = StreamId(f"submission/{case}")
    state, number = desk.ledger.state(SUBMISSION, stream)
    if state is None:
        raise TypeError("who may read a case has one")
    now = desk.clock.now()
    team, _ = desk.ledger.state(TEAM, StreamId(f"team/{case}"))
    context = {
        "case": case,
        "state": state,
        "number": number,
        "team": team,
        "bar": window_bar(state, now),
        "lines": timeline(desk.ledger.history(stream)),
        **_doing(request, here, state),
        "items": readable(desk, who, here, items_of(desk.ledger, here)),
        "certificates": certificates_of(here),
        "owes_signature": _owes_signature(request, here, state, now),
    }
    return render(request, "seatrial/submission.html", context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something that can be done. kind: of its command, or its route's name."""

    kind: str
    label: str
    address: str


def _doing(request: HttpRequest, case: CaseId, state: Submission) -> dict[str, object]:
    """Give what the case waits for, and what the person can do: first what brings it on."""
    desk, who, step = the_desk(), who_asks(request), next_step(state)
    own = [
        Button(kind=one.kind, label=one.label, address=reverse("act", args=[case, one.kind]))
        for one in acts_for(desk, who, case, state)
    ]
    extras = [
        Button(kind=kind, label=label, address=reverse(kind, args=[case]))
        for kind, label in _extras(request, case, state)
    ]
    if state.stage is not Stage.DRAFT:
        address = f"{reverse('open-incident')}?case={case}"
        extras.append(Button(kind="open-incident", label="Open an incident", address=address))
    buttons = [*own, *extras]
    onward = [one for kind in step.kinds for one in buttons if one.kind == kind]
    ending = [one for one in buttons if one.kind in ENDINGS and one not in onward]
    return {
        "step": step,
        "onward": onward,
        "others": [one for one in buttons if one not in onward and one not in ending],
        "ending": ending,
    }


def _extras(request: HttpRequest, case: CaseId, state: Submission) -> Iterator[tuple[str, str]]:
    """Give what can be done besides the submission's own acts: route and words."""
    desk, who = the_desk(), who_asks(request)
    if state.plan is not None and state.work is not Work.PLAN_PROPOSED:
        orders = bool(purposes_for(desk, who, case, Action.RUN_TRIAL))
        yield "trials", "Watch or order trials" if orders else "Watch the trials"
    recommended = state.work in (Work.REPORTED, Work.RECOMMENDED)
    if recommended and purposes_for(desk, who, case, Action.CONSULT):
        yield "give-view", "Give your view"
    decided = state.determination is not None and state.stage is not Stage.WITHDRAWN
    if decided and isinstance(desk.may(who, Action.CERTIFY, case), Granted):
        yield "issue", "Issue a certificate"
    if isinstance(desk.may(who, Action.ASSIGN_OWN, case), Granted):
        yield "team", "Put your people into the case"
    selects = isinstance(desk.may(who, Action.SELECT_PARTNERS, case), Granted)
    if selects and any(one.agreed for one in state.partners):
        yield "give-partner-notice", "Give trusted partners their notice"
    member = member_in(desk, who, case)
    if member is not None and member.role is not Role.DEVELOPER:
        yield "conflict", "Declare a conflict of interest"


def _owes_signature(request: HttpRequest, case: CaseId, state: Submission, now: datetime) -> bool:
    """Tell whether sealed content is closed for want of the person's signature."""
    desk, who = the_desk(), who_asks(request)
    member, party = member_in(desk, who, case), party_of(desk.ledger, who.person)
    if member is None or member.role is Role.DEVELOPER or state.terms is None or party is None:
        return False
    return not nondisclosure_holds(party, who.person, state.terms.nondisclosure, now)
