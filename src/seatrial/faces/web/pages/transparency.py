"""Published figures, without identities: a page, and the same as CSV and JSON."""

import csv
from dataclasses import dataclass
from io import StringIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from seatrial.core.canonical import canonical_json
from seatrial.core.moment import show_moment
from seatrial.core.record import to_json
from seatrial.faces.desk.figures import Figures, figures_of, next_figures, quarters
from seatrial.faces.web.private_pages import public
from seatrial.review.transparency.periods import Quarter
from seatrial.review.transparency.suppression import ShownTable
from seatrial.wiring.portal import the_clock

SCHEMA = "seatrial.figures/1"

WIDTH = 100
"""Of a bar's drawing; it scales to its cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A cell of a table with its bar. width: 0 to WIDTH. count: None when it is not shown."""

    label: str
    count: int | None
    width: int


@public
@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """Show a quarter's figures, the latest without being asked for one."""
    now = the_clock().now()
    out = quarters(now)
    wanted = request.GET.get("quarter", "")
    chosen = next((one for one in out if str(one) == wanted), out[0] if out else None)
    if wanted and str(chosen) != wanted:
        raise Http404
    found = figures_of(settings.DATA, chosen) if chosen else None
    tables = found.tables if found else ()
    context = {
        "quarters": out,
        "figures": found,
        "charts": [(one, bars(one)) for one in tables if one.total != 0],
        "empty": [one for one in tables if one.total == 0],
        "next_at": next_figures(now),
    }
    return render(request, "seatrial/transparency.html", context)


@public
@require_safe
def as_json(_request: HttpRequest, quarter: str) -> HttpResponse:
    """Hand out a quarter's figures as JSON."""
    found = _find(quarter)
    content = canonical_json(
        {
            "schema": SCHEMA,
            "quarter": str(found.quarter),
            "published_at": show_moment(found.quarter.published_at),
            "smallest_group": found.minimum,
            "tables": to_json(found.tables),
        }
    )
    return HttpResponse(content, content_type="application/json")


@public
@require_safe
def as_csv(_request: HttpRequest, quarter: str) -> HttpResponse:
    """Hand out a quarter's figures as CSV; a count that is not shown is empty."""
    found, text = _find(quarter), StringIO()
    writer = csv.writer(text)
    writer.writerow(("quarter", "table", "cell", "count"))
    for table in found.tables:
        for cell in table.cells:
            writer.writerow((found.quarter, table.name, cell.label, _count(cell.count)))
        writer.writerow((found.quarter, table.name, "total", _count(table.total)))
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="figures-{found.quarter}.csv"'
    return answer


def bars(table: ShownTable) -> tuple[Bar, ...]:
    """Give a table's bars, the largest as wide as there is room."""
    most = max((one.count or 0 for one in table.cells), default=0) or 1
    return tuple(
        Bar(label=one.label, count=one.count, width=round((one.count or 0) / most * WIDTH))
        for one in table.cells
    )


def _find(name: str) -> Figures:
    chosen: Quarter | None = next(
        (one for one in quarters(the_clock().now()) if str(one) == name), None
    )
    if chosen is None:
        raise Http404
    return figures_of(settings.DATA, chosen)


def _count(count: int | None) -> str:
    return "" if count is None else str(count)
