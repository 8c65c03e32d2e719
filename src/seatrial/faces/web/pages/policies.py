"""The programme's policy: which file is in force, which were, and putting another in force."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest
from seatrial.core.record import to_json
from seatrial.faces.desk.policy import (
    STREAM,
    keep_policy,
    policy_history,
    policy_in_force,
)
from seatrial.faces.web.acting import demand, keeping, the_desk, who_asks
from seatrial.faces.web.forms.record_form import MAX_TEXT
from seatrial.faces.web.forms.upload import Upload
from seatrial.faces.web.private_pages import public
from seatrial.review.programme.in_force import POLICY
from seatrial.wiring.portal import the_documents

MOST = 256 * 1024
"""Bytes of a policy file; the example has 3,000."""


class PolicyForm(forms.Form):
    """A file and why it takes the other's place."""

    file = Upload(most=MOST, label="Policy file (TOML)")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MAX_TEXT,
        label="Reason for the change",
        help_text="Goes into the ledger, and everybody can read it.",
    )


@public
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Show the policy in force and those before it: the rules are no secret."""
    history = policy_history()
    may = request.user.is_authenticated and isinstance(
        the_desk().may(who_asks(request), Action.MANAGE_POLICY), Granted
    )
    context = {
        "history": tuple(reversed(history.policies)) if history else (),
        "content": to_json(policy_in_force(settings.DATA).policy) if history else None,
        "may": may,
    }
    return render(request, "seatrial/policy.html", context)


@public
@require_safe
def policy_file(_request: HttpRequest, digest: str) -> HttpResponse:
    """Hand out a policy file that is or was in force."""
    history, named = policy_history(), Digest(f"sha256:{digest}")
    if history is None or all(one.put.digest != named for one in history.policies):
        raise Http404
    answer = HttpResponse(the_documents().read(named), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="policy-{digest[:12]}.toml"'
    return answer


@require_http_methods(["GET", "POST"])
def put_in_force(request: HttpRequest) -> HttpResponse:
    """Put another policy in force, with a reason."""
    demand(request, Action.MANAGE_POLICY)
    posted = request.method == "POST"
    form = PolicyForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        given = form.cleaned_data
        with keeping(form):
            command = keep_policy(settings.DATA, given["file"], given["reason"])
            the_desk().do(who_asks(request), POLICY, STREAM, command)
            messages.info(request, f"Version {command.version} is in force.")
            return redirect("policy")
    context = {
        "title": "Put a policy in force",
        "lines": (
            (
                "From then on new submissions follow it. Those that have begun keep the rules they"
                " began under."
            ),
        ),
        "form": form,
        "button": "Put it in force",
        "back": "/policy/",
        "back_name": "the policy",
    }
    return render(request, "seatrial/form.html", context)
