"""An invited person comes with a link, and joins their party."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import PartyId, PersonId
from seatrial.faces.desk.inviting import invited
from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.private_pages import signed_in
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import InvitationAccepted


class NameForm(forms.Form):
    """What the others will see."""

    name = forms.CharField(max_length=200, label="Your name, as others in a case see it")


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, party: str, invitation: str, code: str) -> HttpResponse:
    """Show whose invitation it is; join on confirmation.

    The page tells nothing of the party before the code has opened the invitation.
    """
    who = who_asks(request)
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        desk, account = the_desk(), signed_in(request)
        _check_alone(desk.ledger, who.person, PartyId(party))
        # No access is asked for: the code is what the person has, and the rules check it.
        desk.ledger.handle(
            PARTY,
            StreamId(f"party/{party}"),
            InvitationAccepted(
                invitation=invitation,
                person=who.person,
                code=_spoken(desk.ledger, party, invitation, code, account.email),
            ),
            desk.setting(who),
        )
        account.name = form.cleaned_data["name"]
        account.save(update_fields=["name"])
        messages.success(request, "You have joined your party.")
        return redirect("home")
    return render(
        request,
        "seatrial/form.html",
        {
            "title": "Accept the invitation",
            "intro": "Confirm that you come for your organisation. Others in a case see your name.",
            "form": form,
            "button": "Join",
        },
    )


def _check_alone(ledger: Ledger, person: PersonId, invites: PartyId) -> None:
    """Refuse a second party: a person acts for one, and nobody would see for which.

    Raises: NotPossibleError.
    """
    held = party_of(ledger, person)
    if held is not None and held.party != invites:
        raise NotPossibleError(
            f"You act for {held.name}; nobody acts for two organisations.",
            "Let its administrator enter that you left, or come with another account.",
        )


def _spoken(ledger: Ledger, party: str, invitation: str, code: str, email: str) -> Digest:
    """Give the digest of what somebody with an address says. Whether it opens, the rules know."""
    state, _ = ledger.state(PARTY, StreamId(f"party/{party}"))
    asked = [one.code for one in state.invitations if one.invitation == invitation] if state else []
    anybodys = invited(code, "")
    return anybodys if anybodys in asked else invited(code, email)
