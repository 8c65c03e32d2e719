"""Pages of lists."""

from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from seatrial.adapters.store.models import StreamRow

if TYPE_CHECKING:
    _Pages = Paginator[StreamRow]
else:
    _Pages = Paginator


class _Counted(_Pages):
    """A list of which it is known how long it is."""

    def __init__(self, rows: QuerySet[StreamRow], size: int, count: int) -> None:
        super().__init__(rows, size)
        self._known = count

    @property
    def count(self) -> int:
        """Give how long it is."""
        return self._known


def counted_page(
    request: HttpRequest, rows: QuerySet[StreamRow], count: int, *, size: int
) -> Page[StreamRow]:
    """Give the page that is asked for of a list whose length is known: counting takes long."""
    return _Counted(rows, size, count).get_page(request.GET.get("page"))
