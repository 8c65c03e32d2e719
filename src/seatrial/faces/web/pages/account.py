"""One's own account: name, second factor, sessions, sign-ins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.faces.web.accounts.models import SignIn
from seatrial.faces.web.private_pages import signed_in

_SHOWN = 20
"""Latest sign-ins on the page."""


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show the account and where to change it."""
    signs = SignIn.objects.filter(account=signed_in(request)).order_by("-at")[:_SHOWN]
    return render(request, "seatrial/account.html", {"sign_ins": signs})
