"""The calendar: the windows of one's cases, month by month."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.faces.web.month import Month, Row, month_of, row_of
from seatrial.faces.web.pages.submissions import cases_of
from seatrial.review.submission.aggregate import SUBMISSION

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month; the present one without being asked for another."""
    today = the_desk().clock.now().date()
    month = _month(request.GET.get("month", "")) or month_of(today)
    rows = sorted(_rows(request, month), key=lambda one: (one.begins_at, one.case))
    context = {
        "month": month,
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


def _rows(request: HttpRequest, month: Month) -> list[Row]:
    desk, who, found = the_desk(), who_asks(request), []
    for case in cases_of(who.person):
        state, _ = desk.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
        row = row_of(case, state, month) if state else None
        if row is not None and isinstance(desk.may(who, Action.READ_CASE, case), Granted):
            found.append(row)
    return found
