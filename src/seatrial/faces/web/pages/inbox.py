"""The inbox: what happened in one's cases, told by the worker from the ledger."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from seatrial.adapters.mail.models import Notice
from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.telling import NOTIFIED, PARTNER_NOTICE
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.happened_words import happened
from seatrial.review.submission.aggregate import SUBMISSION

PAGE = 50
"""Notices on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice as its person may see it now. model: None when the case is no longer theirs.

    link: else to the case.
    """

    notice: Notice
    model: str | None
    what: str
    link: str | None = None


@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """List what happened, the latest first; on posting, all of it counts as read."""
    who = who_asks(request)
    mine = Notice.objects.filter(person=who.person)
    if request.method == "POST":
        mine.filter(read_at=None).update(read_at=the_desk().clock.now())
        return redirect("inbox")
    page = Paginator(mine.order_by("-entry"), PAGE).get_page(request.GET.get("page"))
    names = _names(request, {CaseId(one.case) for one in page})
    told = [_told(one, names.get(CaseId(one.case))) for one in page]
    unread = mine.filter(read_at=None).count()
    return render(request, "seatrial/inbox.html", {"page": page, "told": told, "unread": unread})


def _names(request: HttpRequest, cases: Collection[CaseId]) -> dict[CaseId, str]:
    """Give the models of those of some cases that the person reads."""
    desk, who = the_desk(), who_asks(request)
    read = desk.open_in(who, Action.READ_CASE, cases)
    streams = {StreamId(f"submission/{one}"): one for one in read}
    found = desk.ledger.states(SUBMISSION, streams)
    return {streams[stream]: state.model.name for stream, state in found.items() if state}


def _told(notice: Notice, model: str | None) -> Told:
    if notice.kind == PARTNER_NOTICE:
        link = reverse("partner-notice", args=[notice.case])
        return Told(notice=notice, model="Trusted partner", what="A notice was given", link=link)
    if notice.kind == NOTIFIED and model is None:
        link = reverse("told-of", args=[notice.case])
        return Told(notice=notice, model="Incident", what="Your organisation was told", link=link)
    # Who left the case sees that something had happened, no more.
    what = happened(notice.kind) if model else "Something in a case you left"
    return Told(notice=notice, model=model, what=what)
