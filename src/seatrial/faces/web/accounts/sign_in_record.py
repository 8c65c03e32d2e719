"""Every sign-in, failed sign-in and sign-out leaves a row, and so does everything refused."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import signals
from django.http import HttpRequest

from seatrial.adapters.clock import SystemClock
from seatrial.faces.web.accounts.models import Account, SignIn


def connect() -> None:
    """Listen to Django's signals, which allauth sends too."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="sign-in")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="sign-out")
    signals.user_login_failed.connect(_failed, dispatch_uid="sign-in-failed")


def _signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    record(request, "signed in", user.email, user)


def _signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        record(request, "signed out", user.email, user)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    # What was typed may be a password in the wrong field: only what has an address's form is kept.
    typed = str(credentials.get("email") or "")
    account = Account.objects.filter(email__iexact=typed).first()
    record(request, "failed", typed if "@" in typed else "", account)


def record(
    request: HttpRequest | None,
    what: str,
    email: str,
    account: Account | None,
    *,
    place: str = "",
) -> None:
    """Leave a row for the auditor. what: happened. place: the address it was refused at."""
    address = get_adapter(request).get_client_ip(request) if request is not None else ""
    agent = request.headers.get("User-Agent", "") if request is not None else ""
    SignIn.objects.create(
        at=SystemClock().now(),
        what=what,
        email=email[:254],
        account=account,
        address=str(address)[:45],
        agent=agent[:200],
        # A name in it may be anything; PostgreSQL takes no NUL.
        place=place.replace("\0", "?")[:200],
    )
