"""The queue of integrity reviews: cases whose trial has ended, and what rescans found."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.cases import cases_with, streams_marked
from seatrial.faces.desk.content import Content, items_of
from seatrial.faces.desk.rescans import waiting_for
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.case_acts import purposes_for
from seatrial.review.lists import WORK
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Work

PAGE = 25
"""Cases on a page."""


@require_safe
def integrity(request: HttpRequest) -> HttpResponse:
    """List what waits, the evidence beside it."""
    desk, who = the_desk(), who_asks(request)
    waiting = []
    ended = streams_marked(SUBMISSION.name, Work.TRIAL_ENDED.value, sort=WORK)
    rows = ended.filter(name__in=cases_with(who.person))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    cases = [CaseId(name) for name in page]
    states = desk.ledger.states(SUBMISSION, [StreamId(f"submission/{one}") for one in cases])
    for case in cases:
        state = states.get(StreamId(f"submission/{case}"))
        if state is None:
            continue
        if purposes_for(desk, who, case, Action.REVIEW_INTEGRITY):
            items = items_of(desk.ledger, case)
            pages = [one for one in items if one.content is Content.REPORT_PAGE]
            waiting.append((case, state, pages))
    found = [(one, _named(one.scanned.case)) for one in waiting_for(desk, who)]
    context = {"waiting": waiting, "found": found, "page": page}
    return render(request, "seatrial/integrity_queue.html", context)


def _named(case: CaseId) -> str:
    state, _ = the_desk().ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    return f"{state.model.name} {state.model.checkpoint}" if state else case
