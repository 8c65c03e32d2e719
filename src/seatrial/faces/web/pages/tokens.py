"""API tokens of one's own: what they are good for, a new one shown once, revoking.

Not below `/account/`, where allauth guards its own pages: these need the second factor too.
"""

from collections.abc import Mapping
from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted, TokenScope
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, Role
from seatrial.faces.web.accounts.models import ApiToken
from seatrial.faces.web.accounts.tokens import MAX_DAYS, make_token, revoke_token
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.case_choice import CaseChoice, case_choice
from seatrial.faces.web.private_pages import signed_in
from seatrial.review.team.aggregate import TEAM, member_of

OWN_MODEL = "own model"
"""Purpose of a developer's token: what is its own needs none of the terms' purposes."""

OUTSIDE = (
    Action.DRAFT_SUBMISSION,
    Action.ASK_COVERAGE,
    Action.ANSWER_COVERAGE,
    Action.OPEN_INCIDENT,
    Action.TAKE_ORDERS,
    Action.ORDER_RESCAN,
)
"""What a token without a case can be made for. Managing parties and people is for people."""

DAYS = 30
"""A token's life when nothing else is chosen."""


class TokenForm(forms.Form):
    """What a new token is for, and until when."""

    scope = forms.ChoiceField(
        label="What it is for",
        help_text="One case and purpose, or one action outside of cases. It never does more than"
        " you may do yourself at that moment.",
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=MAX_DAYS,
        initial=DAYS,
        label=f"Days until it ends, at most {MAX_DAYS}",
    )

    def __init__(self, *arguments: object, scopes: Mapping[str, str], **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as Django gives them
        self.fields["scope"].choices = list(scopes.items())  # type: ignore[attr-defined]  # of a choice field


@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]  # allauth has none
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens; make one, whose secret is on this one answer and nowhere else."""
    account, now = signed_in(request), the_desk().clock.now()
    posted = request.POST.get("scope", "").partition("|")[0]
    choice = case_choice(request, request.GET.get("find", ""), besides=[posted])
    form = TokenForm(request.POST or None, scopes=_scopes(request, choice))
    secret = None
    if request.method == "POST" and form.is_valid():
        case, _, purpose = form.cleaned_data["scope"].partition("|")
        scope = TokenScope(case=CaseId(case) if case else None, purpose=purpose)
        ends = now + timedelta(days=form.cleaned_data["days"])
        secret = make_token(account, scope, now, ends)
    own = ApiToken.objects.filter(account=account).order_by("-made_at")
    context = {
        "tokens": [
            {"token": one, "good": one.revoked_at is None and one.expires_at > now} for one in own
        ],
        "form": form,
        "secret": secret,
        "choice": choice,
    }
    return render(request, "seatrial/tokens.html", context)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Void one of one's tokens."""
    if revoke_token(signed_in(request), number, the_desk().clock.now()):
        messages.success(request, "The token is void.")
    return redirect("tokens")


def _scopes(request: HttpRequest, choice: CaseChoice) -> Mapping[str, str]:
    """Give what this person can make tokens for now, with words for each.

    choice: of the cases, which the person may read.
    """
    desk, who = the_desk(), who_asks(request)
    found = {}
    teams = desk.ledger.states(TEAM, [StreamId(f"team/{case}") for case, _ in choice.cases])
    for case, state in choice.cases:
        member = member_of(teams.get(StreamId(f"team/{case}")), who.person)
        if member is None:
            continue
        purposes = (OWN_MODEL,) if member.role is Role.DEVELOPER else member.purposes
        for purpose in purposes:
            words = purpose.replace("-", " ")
            found[f"{case}|{purpose}"] = f"{state.model.name} (case {case[:8]}): {words}"
    for action in OUTSIDE:
        if isinstance(desk.may(who, action), Granted):
            found[f"|{action.value}"] = f"No case: {action.value}"
    return found
