"""What was refused to somebody leaves a row, which the auditor reads beside the sign-ins."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from seatrial.faces.web.accounts.models import Account, ApiToken, SignIn
from seatrial.faces.web.accounts.sign_in_record import record

REFUSED = frozenset({403, 404})
"""A case that is not one's own answers as one that is not there."""

SHOWN = frozenset({"case", "certificate", "incident", "inquiry", "kind", "trial"})
"""Parts of an address that are written down. Others may be secrets: an invitation has a code."""

_WHAT = "refused"

ROUND = timedelta(days=1)
"""Rows wait this long past their time, so that at most one entry a day says that some went."""

_PART = re.compile(r"<(?:\w+:)?(\w+)>")


class RefusalRecord:
    """Middleware: notes refusals to people who signed in, or came with their token.

    Those to strangers are not noted: they are asked to sign in, and failed sign-ins are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then note a refusal."""
        response = self._get_response(request)
        match, account = request.resolver_match, _account(request)
        if response.status_code in REFUSED and match is not None and account is not None:
            place = f"{request.method} /{_place(match)}"
            record(request, f"{_WHAT} {response.status_code}", account.email, account, place=place)
        return response


def kept_from(now: datetime) -> datetime:
    """Give the moment before which rows about refusals are past their time."""
    return now - timedelta(days=settings.REFUSAL_DAYS)


def refusals_before(moment: datetime) -> QuerySet[SignIn]:
    """Give the rows about what was refused before a moment; not those of sign-ins."""
    return SignIn.objects.filter(what__startswith=_WHAT, at__lt=moment)


def removal_due(now: datetime) -> bool:
    """Tell whether rows are to be removed."""
    return refusals_before(kept_from(now) - ROUND).exists()


def _account(request: HttpRequest) -> Account | None:
    if isinstance(request.user, Account):
        return request.user
    token: object = getattr(getattr(request, "auth", None), "token", None)
    return token.account if isinstance(token, ApiToken) else None


def _place(match: ResolverMatch) -> str:
    def shown(part: re.Match[str]) -> str:
        name = part[1]
        return str(match.kwargs[name]) if name in SHOWN and name in match.kwargs else part[0]

    return _PART.sub(shown, match.route)
