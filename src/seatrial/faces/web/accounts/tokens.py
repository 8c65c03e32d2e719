"""API tokens: drawn, found, revoked. The secret is shown once and kept nowhere."""

from datetime import datetime, timedelta

from django.db.models import Q

from seatrial.adapters.chance import draw_nonce
from seatrial.core.access.standing import TokenScope
from seatrial.core.canonical import digest_bytes
from seatrial.core.people import CaseId
from seatrial.faces.web.accounts.models import Account, ApiRequest, ApiToken

PREFIX = "seatrial_"
"""So that scanners for leaked secrets, and people, know one when they see it."""

MAX_DAYS = 90
"""Of a token's life: the length of a review with its preparation. Our choice."""

KEYS_KEPT = timedelta(days=30)
"""How long a used idempotency key is compared with its request; the ledger remembers for good."""

_LAST_USED_EVERY = timedelta(minutes=1)
"""Reads need no write for each of them."""


def make_token(account: Account, scope: TokenScope, now: datetime, expires_at: datetime) -> str:
    """Make a token; give its secret, 256 random bits, for the only time."""
    ApiRequest.objects.filter(at__lt=now - KEYS_KEPT).delete()
    secret = f"{PREFIX}{draw_nonce().hex()}"
    ApiToken.objects.create(
        account=account,
        digest=digest_bytes(secret.encode()),
        case=scope.case,
        purpose=scope.purpose,
        made_at=now,
        expires_at=expires_at,
    )
    return secret


def find_token(secret: str, now: datetime) -> ApiToken | None:
    """Give a token that is good now, and note that it was used.

    A digest without salt is enough: nobody tries 2**256 secrets.
    """
    if not secret.startswith(PREFIX):
        return None
    digest = digest_bytes(secret.encode("utf-8", "replace"))
    good = ApiToken.objects.filter(
        digest=digest, expires_at__gt=now, revoked_at=None, account__is_active=True
    )
    found = good.select_related("account").first()
    if found is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _LAST_USED_EVERY)
        ApiToken.objects.filter(stale, pk=found.pk).update(last_used_at=now)
    return found


def revoke_token(account: Account, number: int, now: datetime) -> bool:
    """Void a token of one's own. Gives False when there is none, or it is void already."""
    own = ApiToken.objects.filter(account=account, pk=number, revoked_at=None)
    return own.update(revoked_at=now) > 0


def scope_of(token: ApiToken) -> TokenScope:
    """Give what a token is limited to."""
    case = None if token.case is None else CaseId(token.case)
    return TokenScope(case=case, purpose=token.purpose)
