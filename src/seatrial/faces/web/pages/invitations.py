"""An invited person comes with a link, and joins their party."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.entry import StreamId
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
        desk = the_desk()
        # No access is asked for: the code is what the person has, and the rules check it.
        desk.ledger.handle(
            PARTY,
            StreamId(f"party/{party}"),
            InvitationAccepted(
                invitation=invitation, person=who.person, code=digest_bytes(code.encode())
            ),
            desk.setting(who),
        )
        account = signed_in(request)
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
