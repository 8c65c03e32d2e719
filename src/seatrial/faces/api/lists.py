"""Lists of things: rows of the ledger's projections, a page at a time."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from seatrial.adapters.store.models import StreamRow
from seatrial.faces.api.answers import answer, link_next, page_of
from seatrial.faces.api.wire import Listed, Listing


def list_page(
    request: HttpRequest, rows: Sequence[StreamRow], *, after: int, limit: int
) -> HttpResponse:
    """Give a page of a list. rows: those from `after` on, one more than a page if there is one."""
    shown, more = page_of(rows, limit)
    items = tuple(
        Listed(
            id=row.stream.partition("/")[2],
            title=row.title,
            stage=row.stage,
            number=row.number,
            at=row.at,
        )
        for row in shown
    )
    response = answer(Listing(items=items))
    if more:
        link_next(response, request, after=after + limit, limit=limit)
    return response
