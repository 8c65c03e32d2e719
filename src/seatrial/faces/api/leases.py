"""Authentication by a lease: good for one ordered trial, while it is in force."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer

from seatrial.adapters.queue.leases import PREFIX, Lease
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.faces.api.problems import TokenError
from seatrial.faces.api.rates import count_lease, count_stranger
from seatrial.faces.desk.host_orders import leased_order
from seatrial.faces.desk.orders import Ordered
from seatrial.wiring.worker import the_leases

_SECRET = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A host that runs a trial."""

    lease: Lease
    secret: str


class LeaseToken(HttpBearer):
    """Authentication by a lease, which came with an order."""

    openapi_bearerFormat = f"{PREFIX}..."  # noqa: N815 - ninja's and OpenAPI's own spelling

    def authenticate(self, request: HttpRequest, token: str) -> Leased:
        """Find the lease. Raises: TokenError, TooManyError."""
        return _find(request, token)

    def __call__(self, request: HttpRequest) -> Leased:
        """Authenticate. Raises: TokenError without a lease."""
        leased = super().__call__(request)
        return leased if isinstance(leased, Leased) else _find(request, "")


def lease_in(request: HttpRequest, headers: Mapping[str, str]) -> Leased:
    """Find a lease wherever it stands: each provider's client sends its key in another header.

    Raises: TokenError, TooManyError.
    """
    found = (_SECRET.search(value) for value in headers.values())
    return _find(request, next((one[0] for one in found if one), ""))


def leased_of(request: HttpRequest) -> Leased:
    """Give who asks, of an address that needs a lease."""
    leased: object = getattr(request, "auth", None)
    if not isinstance(leased, Leased):
        raise TypeError("this address was left without authentication")
    return leased


def order_of(leased: Leased) -> Ordered:
    """Give the running trial of a lease. Raises: NotPossibleError when it has ended."""
    ordered = leased_order(leased.lease)
    if ordered is None:
        raise NotPossibleError("This trial has ended.", "Remove its folder.")
    return ordered


def _find(request: HttpRequest, secret: str) -> Leased:
    lease = the_leases().find(secret) if _SECRET.fullmatch(secret) else None
    if lease is None:
        count_stranger(request)
        raise TokenError(
            "The lease is unknown, or another took its place.",
            "Take an order with the host's token.",
        )
    # By trial: a host that takes its order anew has the count of before.
    count_lease(digest_bytes(f"{lease.case}/{lease.trial}".encode()))
    return Leased(lease=lease, secret=secret)
