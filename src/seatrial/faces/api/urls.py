"""The API's addresses. Whatever goes wrong at one of them is answered as a problem."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import ValidationError

from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.faces.api import (
    blobs,
    certificates,
    coverage,
    evidence,
    host_model,
    hosts,
    incidents,
    ledger,
    parties,
    rescans,
    submissions,
)
from seatrial.faces.api.problems import (
    NotFoundError,
    RequestError,
    TooLargeError,
    method_answer,
    problem_answer,
)
from seatrial.faces.api.spec import make_api
from seatrial.faces.web.private_pages import public

View = Callable[..., HttpResponse]

_LOG = logging.getLogger(__name__)

api = make_api()
for _prefix, _router in (
    ("/submissions", submissions.router),
    ("/submissions", blobs.router),
    ("/submissions", evidence.router),
    ("/submissions", incidents.router),
    ("/incidents", incidents.opening),
    ("/coverage", coverage.router),
    ("/hosts", hosts.router),
    ("/hosts", host_model.router),
    ("/certificates", certificates.router),
    ("/rescans", rescans.router),
    ("/parties", parties.router),
    ("/ledger", ledger.router),
):
    api.add_router(_prefix, _router)


def _failed(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Turn what an operation raised into an answer."""
    return problem_answer(_ours(error if isinstance(error, Exception) else error()))


for _kind in (Exception, ValidationError, Http404):
    api.add_exception_handler(_kind, _failed)


def _ours(error: Exception) -> Exception:
    """Say what Django and ninja raise in our words."""
    match error:
        case ValidationError():
            told = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors)
            return BadInputError("; ".join(told) + ".", "Correct the address.")
        case Http404():
            return NotFoundError()
        case RequestDataTooBig():
            return TooLargeError("The body is too large.", "Send less.")
        case OperationalError() | InterfaceError():
            # Not of the ledger, which says so itself: tokens and keys of requests are rows too.
            _LOG.warning("the database does not answer", exc_info=error)
            return UnavailableError("The database does not answer.", "Try again with the same key.")
        case SuspiciousOperation():
            return RequestError("The request is malformed.", "Send it as documented.")
        case _:
            return error


def _guarded(view: View) -> View:
    """Let HEAD and OPTIONS be answered, and nothing but problems come of errors.

    The view is public for the pages' middleware: it knows sessions, which are nothing here.
    """

    @public
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **given: object) -> HttpResponse:
        asked = request.method or ""
        # Told by the view itself, without doing anything.
        request.method = {"HEAD": "GET", "OPTIONS": "TRACE"}.get(asked, asked)
        try:
            _check_query(request)
            response = view(request, **given)
        except Exception as error:  # noqa: BLE001 - the last one who can answer as promised
            return problem_answer(_ours(error))
        finally:
            request.method = asked
        if isinstance(response, HttpResponseNotAllowed):
            return _other_method(asked, response)
        response.headers.setdefault("Cache-Control", "no-store")
        if asked == "HEAD":
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    return guarded


def _check_query(request: HttpRequest) -> None:
    """Refuse a parameter that is given twice: which one counts would be a guess."""
    twice = sorted(name for name, values in request.GET.lists() if len(values) > 1)
    if twice:
        raise BadInputError(f"{twice[0][:60]} is given twice.", "Give each parameter once.")


def _other_method(asked: str, response: HttpResponse) -> HttpResponse:
    taken = [one.strip() for one in response.headers["Allow"].split(",")]
    allow = ", ".join(sorted({*taken, "OPTIONS", *(["HEAD"] if "GET" in taken else [])}))
    if asked == "OPTIONS":
        response = HttpResponse(status=204, headers={"Allow": allow})
        del response.headers["Content-Type"]
        return response
    return method_answer(asked, allow)


@public
@csrf_exempt
def nothing(_request: HttpRequest, **_given: object) -> HttpResponse:
    """Answer for addresses that are none."""
    return problem_answer(NotFoundError())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refuses, such as a foreign host's name."""
    if request.path.startswith("/api/"):
        return problem_answer(_ours(exception))
    return defaults.bad_request(request, exception)


def server_error() -> HttpResponse:
    """Answer a failure outside of every view; Django has logged it."""
    return problem_answer(UnavailableError("The server failed.", "Try again later."))


_patterns: list[URLPattern] = [
    path(str(one.pattern), _guarded(one.callback), name=one.name)
    for one in api.urls[0]
    if isinstance(one, URLPattern) and one.name != "api-root"
]
urlpatterns = [*_patterns, re_path(r"^.*$", nothing)]
