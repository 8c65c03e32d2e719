"""The entries of one thing, a page at a time."""

from django.http import HttpRequest, HttpResponse

from seatrial.core.ledger.entry import StreamId
from seatrial.faces.api.answers import answer, link_next, page_of
from seatrial.faces.api.auth import the_desk
from seatrial.faces.api.wire import EntryShown, History


def history_page(request: HttpRequest, stream: StreamId, after: int, limit: int) -> HttpResponse:
    """Give a page of a stream's entries. Whoever calls has asked for access."""
    found = the_desk().ledger.history(stream)
    shown, more = page_of(found[after : after + limit + 1], limit)
    entries = tuple(
        EntryShown(
            index=one.index,
            number=one.entry.number,
            kind=one.entry.kind,
            at=one.entry.at,
            leaf=one.content.decode(),
        )
        for one in shown
    )
    response = answer(History(entries=entries))
    if more:
        link_next(response, request, after=after + limit, limit=limit)
    return response
