"""Limits of requests: a counter a minute in Django's cache, per token or per address.

Each server process counts for itself: the limit is there against programs run wild, not for
accounts to the request, and a request that reads need not write.
"""

import os

from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from seatrial.faces.api.problems import TooManyError
from seatrial.wiring.portal import the_clock

PER_MINUTE = int(os.environ.get("SEATRIAL_API_RATE") or 300)
"""Requests a minute and token: five a second, far more than a person's scripts need."""

STRANGERS_SHARE = 5
"""Who comes without a token gets one part in so many: public pages are few and cacheable."""

_MINUTE = 60


def count_token(token: int) -> None:
    """Count a request by a token. Raises: TooManyError."""
    _count(f"api-token-{token}", PER_MINUTE)


def count_stranger(request: HttpRequest) -> None:
    """Count a request without a good token, by its address. Raises: TooManyError."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a proxy that does not say: all of these share a counter
        address = "unknown"
    _count(f"api-address-{address}", max(1, PER_MINUTE // STRANGERS_SHARE))


def _count(name: str, most: int) -> None:
    minute, second = divmod(int(the_clock().now().timestamp()), _MINUTE)
    key = f"{name}-{minute}"
    cache = caches["process"]
    cache.add(key, 0, timeout=2 * _MINUTE)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache is full and dropped it
        return
    if count > most:
        raise TooManyError(f"More than {most} requests in a minute.", _MINUTE - second)
