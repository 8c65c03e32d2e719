"""The portal's own server with one address more: `/floor`, an empty page behind all middleware.

`portal_server.py PORT`; SEATRIAL_DATA and SEATRIAL_DATABASE say where.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402 - set up first
from django.urls import path  # noqa: E402 - the same

from seatrial.faces.web import urls  # noqa: E402 - the same
from seatrial.faces.web.server import run  # noqa: E402 - the same


def floor(_request: HttpRequest) -> HttpResponse:
    """Answer nothing to who signed in."""
    return HttpResponse()


if __name__ == "__main__":
    # The server's workers are forked from this process.
    urls.urlpatterns.insert(0, path("floor", floor))
    run(port=int(sys.argv[1]), say=print)
