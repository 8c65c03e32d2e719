"""Answers: records as JSON in their one spelling, with ETag and links to the next page."""

import json
from collections.abc import Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from pydantic import Field, StringConstraints

from seatrial.core.record import to_json
from seatrial.faces.api.body import seen_already

T = TypeVar("T")

MOST = 100
"""Things on a page of a list; so many unless a request asks for fewer."""

Identity = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
"""Of a case or another thing, as in its stream."""

Limit = Annotated[int, Field(ge=1, le=MOST)]
Cursor = Annotated[int, Field(ge=0, le=2**53 - 1)]


def answer(
    record: object, *, status: int = 200, number: int | None = None, location: str = ""
) -> HttpResponse:
    """Give a record as JSON. number: of the thing's entries, which is its ETag."""
    response = HttpResponse(
        json.dumps(to_json(record), ensure_ascii=False),
        status=status,
        content_type="application/json",
    )
    if number is not None:
        response["ETag"] = f'"{number}"'
    if location:
        response["Location"] = location
    return response


def answer_thing(request: HttpRequest, record: object, number: int) -> HttpResponse:
    """Give a thing, or 304 to who has it as it is."""
    if seen_already(request, number):
        return HttpResponse(status=304, headers={"ETag": f'"{number}"'})
    return answer(record, number=number)


def page_of(found: Sequence[T], limit: int) -> tuple[tuple[T, ...], bool]:
    """Cut what was asked for with one more than a page; tell whether there is a next one."""
    return tuple(found[:limit]), len(found) > limit


def link_next(
    response: HttpResponse, request: HttpRequest, *, after: int | str, limit: int
) -> None:
    """Name the next page: it begins after so many entries, or after a thing. Source: RFC 8288."""
    query = urlencode({"after": after, "limit": limit})
    response["Link"] = f'<{request.path}?{query}>; rel="next"'
