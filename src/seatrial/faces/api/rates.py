"""Limits of requests: so many a minute, per token, lease or address, over all server processes."""

import os

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from seatrial.faces.api.problems import TooManyError
from seatrial.faces.web.accounts.counts import SharedCounts
from seatrial.wiring.portal import the_clock

PER_MINUTE = int(os.environ.get("SEATRIAL_API_RATE") or 300)
"""Requests a minute and token: five a second, far more than a person's scripts need."""

STRANGERS_SHARE = 5
"""Who comes without a token gets one part in so many: public pages are few and cacheable."""

_MINUTE = 60


LEASES_SHARE = 20
"""A lease has so many times as much: agents call their model through it, several at a time."""

_COUNTS = SharedCounts()


def count_lease(lease: str) -> None:
    """Count a request by a lease, given as a digest. Raises: TooManyError."""
    _count(f"lease-{lease}", PER_MINUTE * LEASES_SHARE)


def count_token(token: int) -> None:
    """Count a request by a token. Raises: TooManyError."""
    _count(f"token-{token}", PER_MINUTE)


def count_stranger(request: HttpRequest) -> None:
    """Count a request without a good token, by its address. Raises: TooManyError."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a proxy that does not say: all of these share a counter
        address = "unknown"
    _count(f"address-{address}", max(1, PER_MINUTE // STRANGERS_SHARE))


def _count(name: str, most: int) -> None:
    minute, second = divmod(int(the_clock().now().timestamp()), _MINUTE)
    if not _COUNTS.allows(name, most, minute):
        raise TooManyError(f"More than {most} requests in a minute.", _MINUTE - second)
