"""A consultee's view: one statement, sealed, quoted later as it was given."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from seatrial.core.access.action import Action
from seatrial.core.people import CaseId
from seatrial.faces.desk.content import Content
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.case_acts import purposes_for, purposes_of
from seatrial.faces.web.case_tools import CaseTools

MOST = 2_000
"""Characters. A view is quoted in the determination."""


class ViewForm(forms.Form):
    """What the consultee thinks."""

    view = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=MOST,
        label="Your view",
        help_text="Sealed until the determination, which quotes it word for word, with your name."
        " A later view takes the place of an earlier one.",
    )


@require_http_methods(["GET", "POST"])
def view(request: HttpRequest, case: str) -> HttpResponse:
    """Ask a consultee for a view."""
    here, desk, who = CaseId(case), the_desk(), who_asks(request)
    demand(request, Action.READ_CASE, here)
    purposes = purposes_for(desk, who, here, Action.CONSULT)
    if not purposes:
        desk.check(who, Action.CONSULT, here, next(iter(purposes_of(desk, who, here)), None))
    form = ViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with keeping(form):
            purpose = purposes[0]
            tools = CaseTools(desk=desk, who=who, case=here, purpose=purpose)
            tools.seal(form.cleaned_data["view"].encode(), Content.VIEW)
            messages.info(request, "Your view is with the official.")
            return redirect("submission", case=case)
    context = {
        "title": "Give your view",
        "form": form,
        "button": "Give it",
        "back": f"/submissions/{case}",
        "back_name": "the case",
    }
    return render(request, "seatrial/form.html", context)
