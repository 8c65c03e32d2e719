"""Sessions end by themselves: after a while without use, and after a day's work in any case."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from seatrial.adapters.clock import SystemClock
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.accounts.sign_in_record import record

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""OWASP ASVS 4.0.3, 3.3.2, level 2: half an hour without use, or twelve hours."""

NOTED_EVERY = timedelta(minutes=1)
"""A session that is used is written that often and no more."""

BEGAN, USED = "began", "used"
"""In the session: moments, in seconds since the epoch."""

UNASKED = frozenset({"trial-board"})
"""Addresses that an open page asks for by itself: nobody uses it by that."""


def has_ended(began: float, used: float, now: datetime) -> bool:
    """Say whether a session is over. began, used: in seconds since the epoch.

    So is one that began or was used in the future: clocks of hosts differ by less than a minute,
    and no session lasts longer because a clock was set back.
    """
    since_begin = now - datetime.fromtimestamp(began, tz=UTC)
    since_use = now - datetime.fromtimestamp(used, tz=UTC)
    return not (-NOTED_EVERY < since_begin <= LONGEST and -NOTED_EVERY < since_use <= IDLE)


class SessionEnd:
    """Middleware: makes a stranger of whoever comes with a session that is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> None:
        """End the session, or note that it is used; what pages ask for is decided after this."""
        user, session = request.user, request.session
        if not isinstance(user, Account):
            return
        now = SystemClock().now()
        # It begins with its first request, which follows the sign-in at once.
        began = session.setdefault(BEGAN, now.timestamp())
        used = session.setdefault(USED, began)
        if has_ended(began, used, now):
            record(request, "timed out", user.email, user)
            session.flush()
            request.user = AnonymousUser()
            messages.info(request, "You were signed out: your session was over.")
            return
        match = request.resolver_match
        asked = match is None or match.url_name not in UNASKED
        if asked and now.timestamp() - used >= NOTED_EVERY.total_seconds():
            session[USED] = now.timestamp()
