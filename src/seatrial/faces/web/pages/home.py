"""The first page: what this place is; for who signed in, what waits for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.adapters.mail.models import Notice
from seatrial.core.people import Role
from seatrial.faces.desk.standing import standing_of
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.private_pages import public, signed_in
from seatrial.faces.web.second_factor import lacks_factor
from seatrial.faces.web.waiting import waiting_for


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page."""
    if not request.user.is_authenticated:
        return render(request, "seatrial/home.html")
    return render(request, "seatrial/home_of.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    """Give what waits for a person. Nothing of a case without a second factor."""
    desk, who = the_desk(), who_asks(request)
    standing = standing_of(desk.ledger, who, None, desk.clock.now())
    if standing.party is None:
        return {"needs": "party"}
    if lacks_factor(signed_in(request)):
        return {"needs": "factor"}
    roles = standing.roles
    return {
        "waiting": list(waiting_for(desk, who)),
        "unread": Notice.objects.filter(person=who.person, read_at=None).count(),
        "develops": Role.DEVELOPER in roles,
        "administers": Role.ADMINISTRATOR in roles,
        "runs": Role.ADMINISTRATOR in roles and standing.operator,
        "audits": Role.AUDITOR in roles,
        "partners": Role.TRUSTED_PARTNER in roles,
    }
