"""Parties and their people."""

from django import forms
from django.contrib import messages
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import PartyId, Role
from seatrial.faces.desk.inviting import DAYS, draw_invitation
from seatrial.faces.desk.standing import OPERATOR, party_of
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import InvitationTakenBack, Registered
from seatrial.review.party.state import Party


class RegisterForm(forms.Form):
    """A new organisation and its first administrator."""

    name = forms.RegexField(
        r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z",
        max_length=200,
        label="Name of the organisation",
        error_messages={"invalid": "Give a name on one line."},
    )
    roles = forms.TypedMultipleChoiceField(
        choices=[(one.value, one.value.replace("-", " ").capitalize()) for one in Role],
        coerce=Role,
        widget=forms.CheckboxSelectMultiple,
        label="Roles that its people may have",
        help_text="A developer's or an auditor's party has no other role but administrator.",
    )
    email = forms.EmailField(label="E-mail address of its first administrator")


class InviteForm(forms.Form):
    """Whom, and as what."""

    email = forms.EmailField(label="E-mail address")
    role = forms.TypedChoiceField(choices=[], coerce=Role, label="Role")

    def __init__(self, *arguments: object, party: Party, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as Django gives them
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # of a choice field
            (one.value, one.value.replace("-", " ").capitalize()) for one in party.roles
        ]


@require_safe
def parties(request: HttpRequest) -> HttpResponse:
    """List all parties, for who manages them."""
    demand(request, Action.MANAGE_PARTIES)
    rows = StreamRow.objects.filter(aggregate=PARTY.name).order_by("title")
    return render(request, "seatrial/parties.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register an organisation and invite its first administrator."""
    demand(request, Action.MANAGE_PARTIES)
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            desk, who, given = the_desk(), who_asks(request), form.cleaned_data
            party = PartyId(fresh_id())
            roles = tuple(dict.fromkeys((*given["roles"], Role.ADMINISTRATOR)))
            command = Registered(party=party, name=given["name"], roles=roles)
            desk.check_command(who, command, case=None)
            now, email = desk.clock.now(), given["email"]
            drawn = draw_invitation(party, Role.ADMINISTRATOR, now, email)
            with desk.unit(who) as (unit, setting):
                unit.handle(PARTY, StreamId(f"party/{party}"), command, setting)
                unit.handle(PARTY, StreamId(f"party/{party}"), drawn.command, setting)
            _send(request, email, given["name"], drawn.path)
            return redirect("parties")
    return render(
        request,
        "seatrial/form.html",
        {"title": "Register an organisation", "form": form, "button": "Register and invite"},
    )


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show one's own party; let its administrator invite people."""
    desk, who = the_desk(), who_asks(request)
    party = party_of(desk.ledger, who.person)
    if party is None:
        return render(request, "seatrial/no_party.html", status=200)
    manages = isinstance(desk.may(who, Action.MANAGE_PEOPLE), Granted)
    form = InviteForm(request.POST or None, party=party)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            role, email = form.cleaned_data["role"], form.cleaned_data["email"]
            drawn = draw_invitation(party.party, role, desk.clock.now(), email)
            desk.do(who, PARTY, StreamId(f"party/{party.party}"), drawn.command)
            _send(request, email, party.name, drawn.path)
            return redirect("people")
    context = {
        "party": party,
        "form": form,
        "manages": manages,
        "is_operator": party.party == OPERATOR,
    }
    return render(request, "seatrial/people.html", context)


@require_POST
def take_back(request: HttpRequest, invitation: str) -> HttpResponse:
    """Void an invitation of one's own party."""
    desk, who = the_desk(), who_asks(request)
    party = party_of(desk.ledger, who.person)
    if party is None:
        raise Http404
    command = InvitationTakenBack(invitation=invitation)
    desk.do(who, PARTY, StreamId(f"party/{party.party}"), command)
    messages.success(request, "The invitation is void.")
    return redirect("people")


def _send(request: HttpRequest, email: str, party: str, path: str) -> None:
    link = request.build_absolute_uri(path)
    send_mail(
        f"Invitation to Seatrial for {party}",
        f"You are invited to take part for {party}.\n\nRegister with this address, then open this"
        f" link within {DAYS} days:\n{link}\n\nIt opens for an account with this address only.\n",
        None,
        [email],
    )
    messages.success(
        request, f"Invited {email}. The link is in the mail to them, and nowhere else."
    )
