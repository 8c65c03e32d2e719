"""From a request to the desk: who asks, and what pages do with refusals."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Denied
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, ProblemError, UnavailableError
from seatrial.faces.desk.desk import DeniedError, Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.private_pages import signed_in
from seatrial.wiring.portal import the_clock, the_ledger


@cache
def the_desk() -> Desk:
    """Give the desk of the pages."""
    return Desk(ledger=the_ledger(), clock=the_clock(), by="portal")


def who_asks(request: HttpRequest) -> Whoever:
    """Name the person who signed in."""
    return Whoever(person=signed_in(request).person_id)


def demand(request: HttpRequest, action: Action, case: CaseId | None = None) -> None:
    """Demand access for a page.

    Raises: Http404 for a case that is not one's own, as for one that is not there: whether it is
    there is confidential. DeniedError otherwise.
    """
    desk, who = the_desk(), who_asks(request)
    found = desk.may(who, action, case)
    if isinstance(found, Denied):
        if case is not None and isinstance(desk.may(who, Action.READ_CASE, case), Denied):
            raise Http404
        raise DeniedError(found.reason, "Ask your administrator or the case's team.")


@contextmanager
def keeping(form: forms.BaseForm) -> Iterator[None]:
    """Let a refusal stand beside what was typed; after it the form is not valid.

    Access that is denied is no matter of the form, and has its own page.
    """
    try:
        yield
    except (BadInputError, NotPossibleError, ConflictError) as error:
        form.add_error(None, f"{error.what} {error.remedy}")


class Refusals:
    """Middleware: what the rules refuse becomes a page that says what and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, given: Mapping[str, object]
    ) -> None:
        """Find nothing under a name with a NUL: PostgreSQL fails when it is asked for one.

        Raises: Http404. The API checks its own addresses.
        """
        if any("\0" in str(one) for one in given.values()) and not request.path.startswith("/api/"):
            raise Http404

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a problem into a page."""
        if not isinstance(error, ProblemError):
            return None
        match error:
            case DeniedError():
                status = 403
            case ConflictError():
                status = 409
            case UnavailableError():
                status = 503
            case _:
                status = 400
        context = {"problem": error, "status": status}
        return render(request, "seatrial/problem.html", context, status=status)
