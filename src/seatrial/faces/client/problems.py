"""What the server says no with, as errors that a program can tell apart."""

from collections.abc import Mapping

from seatrial.core.json_text import parse_json
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.ledger.port import KeyReusedError
from seatrial.core.problem import BadInputError, ProblemError, RefusedError, UnavailableError
from seatrial.core.record import from_json
from seatrial.faces.api.wire import PROBLEM, Problem


class TokenRefusedError(RefusedError):
    """The token is missing, unknown, ended or revoked; a person makes a new one."""


class AccessDeniedError(RefusedError):
    """The token's person may not do this, or the token is for something else."""


class NothingThereError(BadInputError):
    """There is no such thing, or none for this token."""


class TooManyRequestsError(UnavailableError):
    """The token has had its requests of this minute; wait, then go on."""


_KINDS: Mapping[str, type[ProblemError]] = {
    "token": TokenRefusedError,
    "denied": AccessDeniedError,
    "not-found": NothingThereError,
    "conflict": ConflictError,
    "changed": ConflictError,
    "not-possible": NotPossibleError,
    "refused": RefusedError,
    "key-reused": KeyReusedError,
    "too-many": TooManyRequestsError,
    "unavailable": UnavailableError,
    "internal": UnavailableError,
}
"""By the last word of the problem's type; every other one is about what was sent."""


def problem_error(status: int, content: bytes, *, place: str) -> ProblemError:
    """Turn an answer that says no into an error."""
    try:
        said = from_json(Problem, parse_json(content, place=place), place=place)
    except BadInputError:
        return UnavailableError(
            f"{place} answered {status}, and not as Seatrial does.",
            "Check the server's address, and what stands between.",
        )
    kind = _KINDS.get(said.type.removeprefix(PROBLEM), BadInputError)
    return kind(said.detail, said.remedy)
