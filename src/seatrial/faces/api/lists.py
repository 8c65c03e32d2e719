"""Lists of things: rows of the ledger's projections, a page at a time."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from seatrial.adapters.store.models import StreamRow
from seatrial.faces.api.answers import answer, link_next, page_of
from seatrial.faces.api.wire import Listed, Listing


def list_page(
    request: HttpRequest,
    found: QuerySet[StreamRow],
    aggregate: str,
    *,
    after: str | None,
    limit: int,
) -> HttpResponse:
    """Give a page of a list, in the order of identities.

    found: the whole list, of one aggregate. after: identity that the page before ended with:
    whatever begins meanwhile, nothing comes twice and nothing that was there is passed over.
    """
    rows = found.order_by("stream")
    if after is not None:
        rows = rows.filter(stream__gt=f"{aggregate}/{after}")
    shown, more = page_of(list(rows[: limit + 1]), limit)
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
        link_next(response, request, after=items[-1].id, limit=limit)
    return response
