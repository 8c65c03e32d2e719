"""Who asks: the token in the Authorization header, and nothing else. Cookies are not looked at."""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Denied
from seatrial.core.people import CaseId
from seatrial.faces.api.problems import NotFoundError, TokenError
from seatrial.faces.api.rates import count_stranger, count_token
from seatrial.faces.desk.desk import DeniedError, Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.accounts.models import ApiToken
from seatrial.faces.web.accounts.tokens import find_token, scope_of
from seatrial.wiring.portal import the_clock, the_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, with what. purpose: the token's, for sealed content."""

    who: Whoever
    token: ApiToken

    @property
    def purpose(self) -> str:
        """Give the token's purpose."""
        return self.token.purpose


class Token(HttpBearer):
    """Authentication by API token."""

    openapi_bearerFormat = "seatrial_..."  # noqa: N815 - ninja's and OpenAPI's own spelling

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Find the token. Raises: TokenError, TooManyError."""
        found = find_token(token, the_clock().now())
        if found is None:
            count_stranger(request)
            raise TokenError(
                "The token is unknown, expired or revoked.",
                "Make one in the portal: your account, API tokens.",
            )
        count_token(found.pk)
        who = Whoever(person=found.account.person_id, token=scope_of(found))
        return Caller(who=who, token=found)

    def __call__(self, request: HttpRequest) -> Caller:
        """Authenticate. Raises: TokenError without a token."""
        caller = super().__call__(request)
        if not isinstance(caller, Caller):
            count_stranger(request)
            raise TokenError("There is no token.", "Send one: Authorization: Bearer seatrial_...")
        return caller


def the_desk() -> Desk:
    """Give the desk of the API."""
    return Desk(ledger=the_ledger(), clock=the_clock(), by="api")


def caller_of(request: HttpRequest) -> Caller:
    """Give who asks, of an address that needs a token."""
    caller: object = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise TypeError("this address was left without authentication")
    return caller


def demand(
    caller: Caller, action: Action, case: CaseId | None = None, purpose: str | None = None
) -> None:
    """Demand access, as pages do.

    Raises: NotFoundError for a case that is not one's own, as for one that is not there;
    DeniedError otherwise.
    """
    desk = the_desk()
    found = desk.may(caller.who, action, case, purpose)
    if isinstance(found, Denied):
        if case is not None and isinstance(desk.may(caller.who, Action.READ_CASE, case), Denied):
            raise NotFoundError
        raise DeniedError(found.reason, "Ask your administrator or the case's team.")
