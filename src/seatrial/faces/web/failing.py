"""What is shown when a page fails. It asks the database nothing: that may be what failed."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from seatrial.core.problem import UnavailableError
from seatrial.faces.api import urls as api

RETRY_SECONDS = 5
"""After which a page may be asked for again while the database is away."""


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer while an error is handled: 503 when the database is away, else 500."""
    if request.path.startswith("/api/"):
        return api.server_error()
    lost = isinstance(sys.exc_info()[1], OperationalError | InterfaceError | UnavailableError)
    page = render_to_string("failed.html", {"lost": lost})
    response = HttpResponse(page, status=503 if lost else 500)
    if lost:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
