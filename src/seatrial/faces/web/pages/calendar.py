"""The calendar: the windows of one's cases, month by month."""

import re
from datetime import UTC, datetime, time

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import PartyId
from seatrial.faces.desk.cases import case_of, windows_between, with_person
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.month import Month, Row, month_of, row_of
from seatrial.faces.web.names import learn_parties
from seatrial.review.submission.aggregate import SUBMISSION

PAGE = 100
"""Windows on a page."""

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month; the present one without being asked for another."""
    today = the_desk().clock.now().date()
    month = _month(request.GET.get("month", "")) or month_of(today)
    page, rows = _page(request, month)
    context = {
        "month": month,
        "page": page,
        "query": f"month={month}&",
        "days": range(1, month.days + 1),
        "rows": rows,
        "today": today.day if month_of(today) == month else None,
    }
    return render(request, "seatrial/calendar.html", context)


def _month(text: str) -> Month | None:
    """Read a month's name; None for none. Raises: Http404 for anything else."""
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise Http404
    return Month(year=int(found[1]), month=int(found[2]))


def _page(request: HttpRequest, month: Month) -> "tuple[Page[StreamRow], list[Row]]":
    desk, who = the_desk(), who_asks(request)
    begins, ends = (
        datetime.combine(one, time(), tzinfo=UTC) for one in (month.first, month.after.first)
    )
    windows = windows_between(StreamRow.objects.filter(aggregate=SUBMISSION.name), begins, ends)
    wanted = with_person(windows, who.person)
    page = Paginator(wanted, PAGE).get_page(request.GET.get("page"))
    cases = [case_of(one) for one in page]
    read = desk.open_in(who, Action.READ_CASE, cases)
    learn_parties(PartyId(one.party) for one in page if one.party)
    states = desk.ledger.states(SUBMISSION, [StreamId(f"submission/{one}") for one in read])
    found = []
    for case in cases:
        state = states.get(StreamId(f"submission/{case}"))
        row = row_of(case, state, month) if state else None
        if row is not None:
            found.append(row)
    return page, found
