"""The team of a case: who comes in, as what, for which purposes; who leaves it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.faces.desk.cases import case_of
from seatrial.faces.desk.standing import parties_with
from seatrial.faces.web.acting import keeping, the_desk, who_asks
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.names import learn_parties, person_name
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import ConflictResolved
from seatrial.review.party.state import Conflict, Party, has_conflict
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Stage, Submission
from seatrial.review.team.aggregate import TEAM, Assigned, Member, Released, Team, member_of

PAGE = 50
"""Cases on a page of the list."""

_NO_MORE = (Stage.DRAFT.value, Stage.DECLINED.value, Stage.WITHDRAWN.value, Stage.CLOSED.value)


class AssignForm(forms.Form):
    """A person in a role, with purposes of the agreed terms."""

    member = forms.ChoiceField(label="Who, as what")
    purposes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Purposes",
        help_text="What sealed content may be used for; the terms name the choices.",
    )

    def __init__(self, *arguments: Any, team: Team, choices: Any, own: bool) -> None:
        super().__init__(*arguments)
        self.fields["member"] = forms.ChoiceField(choices=choices, label="Who, as what")
        if own:
            del self.fields["purposes"]
        else:
            purposes = [(one, one.replace("-", " ").capitalize()) for one in team.purposes]
            self.fields["purposes"] = forms.MultipleChoiceField(
                choices=purposes, widget=forms.CheckboxSelectMultiple, label="Purposes"
            )

    def chosen(self) -> Member:
        """Give the member of a valid form."""
        party, person, role = self.cleaned_data["member"].split("/")
        return Member(
            person=PersonId(person),
            party=PartyId(party),
            role=Role(role),
            purposes=tuple(self.cleaned_data.get("purposes", ())),
        )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="Reason",
        help_text="Goes into the ledger, and stays there for good.",
    )


@require_safe
def staffing(request: HttpRequest) -> HttpResponse:
    """List cases for who staffs them: name and stage, and nothing else of them."""
    desk, who = the_desk(), who_asks(request)
    desk.check(who, Action.MANAGE_PARTIES)
    rows = StreamRow.objects.filter(aggregate=SUBMISSION.name).exclude(stage__in=_NO_MORE)
    page = Paginator(rows.defer("state").order_by("-at"), PAGE).get_page(request.GET.get("page"))
    learn_parties(PartyId(one.party) for one in page if one.party)
    teams = {row: StreamId(f"team/{case_of(row)}") for row in page}
    states = desk.ledger.states(TEAM, teams.values())
    shown = [(row, states.get(stream)) for row, stream in teams.items()]
    return render(request, "seatrial/staffing.html", {"page": page, "shown": shown})


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, case: str) -> HttpResponse:
    """Show a case's people to who puts people into it, and let them."""
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    office, own = _assigns(request, here)
    state = _team(here)
    submission, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None or submission is None or not (office or own):
        raise Http404
    choices = _choices(state, submission, own=own and not office)
    form = AssignForm(request.POST or None, team=state, choices=choices, own=own and not office)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            member = form.chosen()
            stream = StreamId(f"team/{case}")
            desk.do(who, TEAM, stream, Assigned(member=member), case=here)
            messages.info(request, f"{person_name(member.person)} is in the case.")
            return redirect("team", case=case)
    context = {
        "case": case,
        "team": state,
        "submission": submission,
        "form": form,
        "choices": choices,
        "office": office,
        "conflicts": _conflicts(here) if office else [],
        "reads": isinstance(desk.may(who, Action.READ_CASE, here), Granted),
    }
    return render(request, "seatrial/team.html", context)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, case: str, person: str) -> HttpResponse:
    """Let a person leave a case."""
    desk, who, here = the_desk(), who_asks(request), CaseId(case)
    member = member_of(_team(here), PersonId(person))
    office, own = _assigns(request, here)
    if member is None or not (own if member.role is Role.DEVELOPER else office):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            # Who may put this person in may let them leave: checked above, by the member's role.
            command = Released(person=member.person, reason=form.cleaned_data["reason"])
            with desk.unit(who) as (unit, setting):
                unit.handle(TEAM, StreamId(f"team/{case}"), command, setting, case=here)
            messages.info(request, f"{person_name(member.person)} is no longer in the case.")
            return redirect("team", case=case)
    context = {
        "title": f"Release {person_name(member.person)} from the case",
        "intro": "What they learnt stays confidential.",
        "form": form,
        "button": "Release",
        "back": f"/team/{case}",
        "back_name": "the team",
    }
    return render(request, "seatrial/form.html", context)


@require_POST
def resolve(request: HttpRequest, case: str, person: str) -> HttpResponse:
    """Enter that a declared conflict of interest is gone, or is none."""
    desk, who = the_desk(), who_asks(request)
    declared = (
        one
        for one in parties_with(desk.ledger, PersonId(person))
        if has_conflict(one, PersonId(person), CaseId(case))
    )
    party, form = next(declared, None), ReasonForm(request.POST)
    if party is None:
        raise Http404
    if not form.is_valid():
        raise NotPossibleError("A resolution goes on record.", "Say how it was resolved.")
    how = form.cleaned_data["reason"]
    command = ConflictResolved(person=PersonId(person), case=CaseId(case), how=how)
    desk.do(who, PARTY, StreamId(f"party/{party.party}"), command)
    messages.info(request, "The conflict is resolved, and the resolution on record.")
    return redirect("team", case=case)


def _assigns(request: HttpRequest, case: CaseId) -> tuple[bool, bool]:
    """Tell whether the person staffs for the office, and for the developer."""
    desk, who = the_desk(), who_asks(request)
    office = isinstance(desk.may(who, Action.ASSIGN_TEAM, case), Granted)
    return office, isinstance(desk.may(who, Action.ASSIGN_OWN, case), Granted)


def _team(case: CaseId) -> Team | None:
    return the_desk().ledger.state(TEAM, StreamId(f"team/{case}"))[0]


def _choices(team: Team, submission: Submission, *, own: bool) -> list[tuple[str, str]]:
    """Give who can come into the case: the developer's people, or everybody else's.

    Trusted partners come once both sides have agreed on their party.
    """
    partners = {one.party for one in submission.partners if one.agreed}
    found: list[tuple[str, str]] = []
    for party in _parties():
        if (party.party == team.developer) is not own:
            continue
        partner = party.party in partners
        for one in party.people:
            if one.left or member_of(team, one.person):
                continue
            found.extend(
                (
                    f"{party.party}/{one.person}/{role.value}",
                    f"{person_name(one.person)} ({party.name}): {role.value.replace('-', ' ')}",
                )
                for role in one.roles
                if role is not Role.ADMINISTRATOR
                and (role is Role.DEVELOPER) is own
                and (role is not Role.TRUSTED_PARTNER or partner)
            )
    return found


def _conflicts(case: CaseId) -> list[tuple[PersonId, Conflict]]:
    return [
        (one.person, conflict)
        for party in _parties(present=False)
        for one in party.people
        for conflict in one.conflicts
        if conflict.case == case and conflict.resolved is None
    ]


def _parties(*, present: bool = True) -> list[Party]:
    rows = StreamRow.objects.filter(aggregate=PARTY.name).order_by("title")
    rows = rows.filter(stage="member") if present else rows
    ledger = the_desk().ledger
    found = (ledger.state(PARTY, StreamId(one))[0] for one in rows.values_list("stream", flat=True))
    return [one for one in found if one is not None]
