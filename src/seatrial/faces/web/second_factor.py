"""People with a party need a second factor before they see anything of a case."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from seatrial.faces.desk.standing import party_of
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.private_pages import is_public, signed_in
from seatrial.wiring.portal import the_ledger

_WITHOUT = frozenset({"account", "accept"})
"""Pages that need none: the account, where one is set up, and an invitation."""


def lacks_factor(account: Account) -> bool:
    """Tell whether somebody acts for a party without a second factor. A demonstration asks none."""
    if settings.DEMO or is_mfa_enabled(account):
        return False
    return party_of(the_ledger(), account.person_id) is not None


class SecondFactor:
    """Middleware: sends people with a party and without a second factor to set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Let pass what is public, and who has a second factor or no party yet."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if is_public(request, view) or name in _WITHOUT:
            return None
        if not lacks_factor(signed_in(request)):
            return None
        messages.info(
            request,
            "You act for an organisation: set up a second factor before you go on. A passkey or"
            " an authenticator app will do.",
        )
        return redirect("mfa_index")
