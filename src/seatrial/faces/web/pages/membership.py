"""Who is in a party, changed: a role more, a role less, a person or a whole party that leaves."""

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.access.action import Action
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import PersonId, Role
from seatrial.faces.desk.standing import OPERATOR, party_of
from seatrial.faces.web.accounts.models import ApiToken
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.names import person_name
from seatrial.faces.web.pages.team import ReasonForm
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import Event, PartyLeft, PersonLeft, RoleGiven, RoleTaken
from seatrial.review.party.state import Party, Stage, person_of

LEAVES = "leaves"


class ChangeForm(forms.Form):
    """What changes for a person."""

    change = forms.ChoiceField(choices=[], widget=forms.RadioSelect, label="What changes")

    def __init__(self, *arguments: object, choices: list[tuple[str, str]]) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # as Django gives them
        self.fields["change"].choices = choices  # type: ignore[attr-defined]  # of a choice field


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, person: str) -> HttpResponse:
    """Change what a person of one's own party is in it. It counts from the next request on."""
    demand(request, Action.MANAGE_PEOPLE)
    desk, who, one = the_desk(), who_asks(request), PersonId(person)
    party = party_of(desk.ledger, who.person)
    if party is None or person_of(party, one) is None:
        raise Http404
    form = ChangeForm(request.POST or None, choices=list(_changes(party, one)))
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            what, _, role = form.cleaned_data["change"].partition(" ")
            command = _command(what, role, one)
            _check_administrator_left(party, command)
            desk.check_command(who, command, case=None)
            with desk.unit(who) as (unit, setting):
                unit.handle(PARTY, StreamId(f"party/{party.party}"), command, setting)
                if isinstance(command, PersonLeft):
                    _revoke_tokens(one)
            messages.info(request, "It is on record.")
            return redirect("people")
    context = {
        "title": f"Change what {person_name(one)} is",
        "lines": (
            (
                "Who loses a role or leaves loses at once what it gave, in every case. Their tokens"
                " end when they leave. What they learnt stays confidential."
            ),
        ),
        "form": form,
        "button": "Enter it",
        "back": "/people/",
        "back_name": party.name,
    }
    return render(request, "seatrial/form.html", context)


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, party: str) -> HttpResponse:
    """Enter that an organisation no longer takes part."""
    demand(request, Action.MANAGE_PARTIES)
    desk, who, stream = the_desk(), who_asks(request), StreamId(f"party/{party}")
    state, _ = desk.ledger.state(PARTY, stream)
    if state is None or state.stage is not Stage.MEMBER or state.party == OPERATOR:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            desk.do(who, PARTY, stream, PartyLeft(reason=form.cleaned_data["reason"]))
            messages.info(request, f"{state.name} no longer takes part.")
            return redirect("parties")
    context = {
        "title": f"{state.name} no longer takes part",
        "lines": ("From then on its people can do nothing here. It cannot be taken back.",),
        "form": form,
        "button": "Enter it",
        "back": "/parties/",
        "back_name": "the organisations",
    }
    return render(request, "seatrial/form.html", context)


def _changes(party: Party, person: PersonId) -> Iterator[tuple[str, str]]:
    known = person_of(party, person)
    has = known.roles if known else ()
    for role in party.roles:
        words = role.value.replace("-", " ")
        if role in has:
            yield f"takes {role.value}", f"No longer {words}"
        else:
            yield f"gives {role.value}", f"{words.capitalize()} too"
    yield LEAVES, f"No longer in {party.name}"


def _command(what: str, role: str, person: PersonId) -> Event:
    if what == LEAVES:
        return PersonLeft(person=person)
    return (RoleGiven if what == "gives" else RoleTaken)(person=person, role=Role(role))


def _check_administrator_left(party: Party, command: Event) -> None:
    """Refuse to leave a party without an administrator: nobody could invite one."""
    match command:
        case PersonLeft() | RoleTaken(role=Role.ADMINISTRATOR):
            others = (one for one in party.people if one.person != command.person and not one.left)
        case _:
            return
    if not any(Role.ADMINISTRATOR in one.roles for one in others):
        raise NotPossibleError(
            f"{party.name} would have no administrator.", "Make somebody else one first."
        )


def _revoke_tokens(person: PersonId) -> None:
    held = ApiToken.objects.filter(account__person=person, revoked_at=None)
    held.update(revoked_at=the_desk().clock.now())
