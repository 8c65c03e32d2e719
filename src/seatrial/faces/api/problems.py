"""Problems as answers: `application/problem+json` for everything that is not done."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpResponse

from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.ledger.port import KeyReusedError
from seatrial.core.problem import BadInputError, ProblemError, RefusedError, UnavailableError
from seatrial.core.record import to_json
from seatrial.faces.api.wire import PROBLEM, Problem
from seatrial.faces.desk.desk import DeniedError

_LOG = logging.getLogger(__name__)

RETRY_SECONDS = 5
"""What a client is told to wait when the database does not answer: it is back by then, or down."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of problem. word: the end of its type."""

    status: int
    word: str
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestError(ProblemError):
    """The request is not as the API takes it; its sender mends it."""

    sort: Sort = Sort(400, "bad-request", "The request cannot be read")
    headers: Mapping[str, str] = {}


class TokenError(RequestError):
    """There is no token, or none that is good; a person makes one in the portal."""

    sort = Sort(401, "token", "A token is needed")
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="seatrial"'}


class NotFoundError(RequestError):
    """There is nothing here, or nothing for this token: which of both is not told."""

    sort = Sort(404, "not-found", "There is nothing here")

    def __init__(self) -> None:
        super().__init__(
            "There is nothing here for this token.", "Check the address and the token's case."
        )


class LengthError(RequestError):
    """The body has no length; its sender gives it."""

    sort = Sort(411, "length", "The body's length is missing")


class ChangedError(RequestError):
    """Somebody changed the thing meanwhile; its reader looks again."""

    sort = Sort(412, "changed", "It was changed meanwhile")


class TooLargeError(RequestError):
    """The body is too large; it is not read."""

    sort = Sort(413, "too-large", "The body is too large")


class MediaTypeError(RequestError):
    """The body is of another type than this address takes."""

    sort = Sort(415, "media-type", "The body is of another type")


class TooManyError(RequestError):
    """Too many requests; their sender waits."""

    sort = Sort(429, "too-many", "Too many requests")

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(what, f"Wait {seconds} seconds.")
        self.headers = {"Retry-After": str(seconds)}


_INTERNAL = Sort(500, "internal", "A defect of the software")
_METHOD = Sort(405, "method", "This address does not take that")

_SORTS: tuple[tuple[type[ProblemError], Sort], ...] = (
    (DeniedError, Sort(403, "denied", "Access is denied")),
    (ConflictError, Sort(409, "conflict", "Somebody else was first")),
    (NotPossibleError, Sort(409, "not-possible", "The rules do not let this happen now")),
    (RefusedError, Sort(409, "refused", "A rule forbids this")),
    (KeyReusedError, Sort(422, "key-reused", "The idempotency key belongs to another request")),
    (BadInputError, Sort(422, "invalid", "A value is not of its form")),
    (
        UnavailableError,
        Sort(503, "unavailable", "Something is missing", {"Retry-After": str(RETRY_SECONDS)}),
    ),
)


def problem_answer(error: Exception) -> HttpResponse:
    """Turn an error into an answer. What we did not foresee is logged; none of it is told."""
    if isinstance(error, RequestError):
        return _answer(error.sort, error.what, error.remedy, error.headers)
    for kind, sort in _SORTS:
        if isinstance(error, kind):
            return _answer(sort, error.what, error.remedy, sort.headers)
    _LOG.error("the API failed", exc_info=error)
    return _answer(
        _INTERNAL, "The server made a mistake.", "Tell who runs it when; the log says more.", {}
    )


def method_answer(method: str, allow: str) -> HttpResponse:
    """Answer a method that an address does not take."""
    return _answer(
        _METHOD, f"This address does not take {method}.", f"It takes {allow}.", {"Allow": allow}
    )


def _answer(sort: Sort, what: str, remedy: str, headers: Mapping[str, str]) -> HttpResponse:
    problem = Problem(
        type=f"{PROBLEM}{sort.word}",
        title=sort.title,
        status=sort.status,
        detail=what,
        remedy=remedy,
    )
    return HttpResponse(
        # Escaped: what was sent may hold broken characters, and is quoted.
        json.dumps(to_json(problem)),
        status=sort.status,
        content_type="application/problem+json",
        headers={**headers, "Cache-Control": "no-store"},
    )
