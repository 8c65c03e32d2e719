"""Submissions: one's cases, a new draft, a case with its window and history."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, Role
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.desk.standing import standing_of
from seatrial.faces.web.acting import demand, the_desk, who_asks
from seatrial.faces.web.case_acts import acts_for
from seatrial.faces.web.forms.model_form import ModelForm
from seatrial.faces.web.timeline import timeline
from seatrial.faces.web.window_bar import window_bar
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import Drafted
from seatrial.review.submission.model import rules_of
from seatrial.review.team.aggregate import TEAM, Assigned, Formed, Member

PAGE = 50
"""Cases on a page of the list."""


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """List the cases of whose team the person is."""
    desk, who = the_desk(), who_asks(request)
    teams = StreamRow.objects.filter(aggregate=TEAM.name, state__contains=f'"{who.person}"')
    cases = [stream.removeprefix("team/") for stream in teams.values_list("stream", flat=True)]
    mine = [case for case in cases if _reads(request, CaseId(case))]
    rows = StreamRow.objects.filter(stream__in=[f"submission/{case}" for case in mine])
    page = Paginator(rows.order_by("-at"), PAGE).get_page(request.GET.get("page"))
    drafts = isinstance(desk.may(who, Action.DRAFT_SUBMISSION), Granted)
    return render(request, "seatrial/submissions.html", {"page": page, "drafts": drafts})


def _reads(request: HttpRequest, case: CaseId) -> bool:
    return isinstance(the_desk().may(who_asks(request), Action.READ_CASE, case), Granted)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a submission; whoever drafts it is the first of its team."""
    demand(request, Action.DRAFT_SUBMISSION)
    form = ModelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        desk, who = the_desk(), who_asks(request)
        case = CaseId(fresh_id())
        rules = policy_in_force(settings.DATA)
        command = Drafted(model=form.model(), rules=rules_of(rules.policy, rules.digest))
        party = standing_of(desk.ledger, who, None, desk.clock.now()).party
        if party is None:
            raise TypeError("who may draft has a party")
        first = Member(person=who.person, party=party, role=Role.DEVELOPER, purposes=())
        formed = Formed(developer=party, purposes=rules.policy.purposes)
        team = StreamId(f"team/{case}")
        with desk.unit(who) as (unit, setting):
            unit.handle(SUBMISSION, StreamId(f"submission/{case}"), command, setting, case=case)
            unit.handle(TEAM, team, formed, setting, case=case)
            unit.handle(TEAM, team, Assigned(member=first), setting, case=case)
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
    demand(request, Action.READ_CASE, CaseId(case))
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
        "acts": acts_for(desk, who, CaseId(case), state),
    }
    return render(request, "seatrial/submission.html", context)
