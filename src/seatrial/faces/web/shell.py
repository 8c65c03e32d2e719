"""What every page needs: who is signed in, where one is, what one may open."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from seatrial import __version__
from seatrial.core.people import Role
from seatrial.faces.desk.standing import standing_of
from seatrial.faces.web.acting import the_desk, who_asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of the menu. here: the page is in this part."""

    name: str
    path: str
    here: bool


MENU = (("Home", "/"), ("Check a certificate", "/check/"))
"""For everybody; who signed in sees more (`private_menu`)."""


def private_menu(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Give the parts of the portal that a person's roles open."""
    desk, who = the_desk(), who_asks(request)
    standing = standing_of(desk.ledger, who, None, desk.clock.now())
    yield "Inbox", "/inbox/"
    yield "Submissions", "/submissions/"
    if standing.roles & COVERAGE:
        yield "Coverage", "/coverage/"
    if Role.TRUSTED_PARTNER in standing.roles:
        yield "Partner notices", "/partner-notices/"
    if Role.EVALUATOR in standing.roles:
        yield "Integrity reviews", "/integrity/"
    if standing.roles & RESCANS and standing.operator:
        yield "Rescans", "/rescans/"
    if Role.ADMINISTRATOR in standing.roles and standing.operator:
        yield "Staffing", "/staffing/"
    if standing.roles:
        yield "Calendar", "/calendar/"
        yield "Incidents", "/incidents/"
    if Role.AUDITOR in standing.roles:
        yield "Ledger", "/ledger/"
    yield "People", "/people/"


COVERAGE = frozenset({Role.DEVELOPER, Role.DETERMINING_OFFICIAL})
"""Roles that ask and answer about coverage."""

RESCANS = frozenset({Role.EVALUATOR, Role.DETERMINING_OFFICIAL})
"""Roles that order rescans, in the operating party."""


def shell(request: HttpRequest) -> dict[str, object]:
    """Give the context of every template."""
    signed_in = request.user.is_authenticated
    entries = (MENU[0], *private_menu(request), MENU[1]) if signed_in else MENU
    return {
        "menu": [
            Link(name=name, path=path, here=_is_here(request.path, path)) for name, path in entries
        ],
        "software_version": __version__,
        "demo": settings.DEMO,
    }


def _is_here(current: str, path: str) -> bool:
    return current == path if path == "/" else current.startswith(path)
