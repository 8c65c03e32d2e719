"""What a person owes a case: the signed nondisclosure agreement, a declared conflict."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.pages.partners import is_partner
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import ConflictDeclared, NondisclosureSigned
from seatrial.review.party.state import nondisclosure_holds
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.wiring.portal import the_documents

OPENS_DAYS = 365
"""How long a signature opens sealed content. A year: people's places and interests change; what
they learnt stays confidential for as long as the text says."""


class ConflictForm(forms.Form):
    """What the interest is."""

    nature = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="What it is",
        help_text="Goes into the ledger, and stays there for good.",
    )


@require_http_methods(["GET", "POST"])
def nondisclosure(request: HttpRequest, case: str) -> HttpResponse:
    """Show the agreement that the case's terms name; sign it on confirmation."""
    partner = is_partner(request, CaseId(case))
    if not partner:
        demand(request, Action.READ_CASE, CaseId(case))
    desk, who = the_desk(), who_asks(request)
    state, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    party = party_of(desk.ledger, who.person)
    if state is None or state.terms is None or party is None:
        raise Http404
    now, agreement = desk.clock.now(), state.terms.nondisclosure
    until = now + timedelta(days=OPENS_DAYS)
    if request.method == "POST":
        command = NondisclosureSigned(person=who.person, agreement=agreement, until=until)
        desk.do(who, PARTY, StreamId(f"party/{party.party}"), command)
        messages.info(request, "Signed. You can now read sealed content, for your purposes.")
        return redirect("partner-notice" if partner else "submission", case=case)
    context = {
        "case": case,
        "partner": partner,
        "state": state,
        "text": the_documents().read(agreement).decode("utf-8", "replace"),
        "signed": nondisclosure_holds(party, who.person, agreement, now),
        "until": until,
    }
    return render(request, "seatrial/nondisclosure.html", context)


@require_http_methods(["GET", "POST"])
def conflict(request: HttpRequest, case: str) -> HttpResponse:
    """Declare an interest in the case; it excludes until somebody else has resolved it."""
    demand(request, Action.READ_CASE, CaseId(case))
    desk, who = the_desk(), who_asks(request)
    party = party_of(desk.ledger, who.person)
    form = ConflictForm(request.POST or None)
    if party is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            nature = form.cleaned_data["nature"]
            command = ConflictDeclared(person=who.person, case=CaseId(case), nature=nature)
            desk.do(who, PARTY, StreamId(f"party/{party.party}"), command)
            messages.info(
                request,
                "Declared. Until an administrator has resolved it the case is closed to you.",
            )
            return redirect("submissions")
    context = {
        "title": "Declare a conflict of interest",
        "intro": "From then on you do not see this case, until an administrator of the programme"
        " has found that the conflict is gone, or is none.",
        "form": form,
        "button": "Declare it",
        "back": f"/submissions/{case}",
        "back_name": "the case",
    }
    return render(request, "seatrial/form.html", context)
