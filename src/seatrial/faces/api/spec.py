"""The OpenAPI document: ninja's, with our records' schemas and the headers that all share."""

from functools import cache
from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema, get_schema

from seatrial import __version__
from seatrial.faces.api.schemas import Schema, components, ref

_PROBLEM = {
    "description": "Anything else: a problem as of RFC 9457",
    "content": {"application/problem+json": {"schema": ref("Problem")}},
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "Of your own, new for each request. Sent again with the same key, the same"
    " request is done once and answered the same.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,100}$"},
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": "The ETag that you saw; 412 when the thing was changed since.",
    "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The ETag that you have; 304 when it is still so.",
    "schema": {"type": "string"},
}
_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The thing's entries, in quotes"}}
_LINK = {"Link": {"schema": {"type": "string"}, "description": "rel=next: the next page"}}


def gives(
    name: str, *, status: int = 200, tagged: bool = False, paged: bool = False
) -> dict[str, Any]:
    """Describe an operation that gives a record. tagged: with an ETag; paged: with links."""
    headers = (_ETAG if tagged else {}) | (_LINK if paged else {})
    shown: Schema = {"description": "Done", "content": _json(name)}
    if headers:
        shown["headers"] = headers
    responses: dict[int | str, Schema] = {status: shown, "default": _PROBLEM}
    if not tagged:
        return {"responses": responses, "parameters": []}
    responses[HTTPStatus.NOT_MODIFIED] = {"description": "You have it as it is"}
    return {"responses": responses, "parameters": [_IF_NONE_MATCH]}


def takes(name: str, *, status: int = 200, matched: bool = False) -> dict[str, Any]:
    """Describe a POST of a record. matched: takes If-Match."""
    described = gives("Done", status=status)
    described["responses"][status]["headers"] = _ETAG
    described["parameters"] = [KEY, _IF_MATCH] if matched else [KEY]
    described["requestBody"] = {"required": True, "content": _json(name)}
    return described


def gives_content(media: str) -> dict[str, Any]:
    """Describe an operation that gives content of a type."""
    content = {media: {"schema": {"type": "string"}}}
    return {"responses": {200: {"description": "Content", "content": content}, "default": _PROBLEM}}


def takes_content() -> dict[str, Any]:
    """Describe a POST of bytes."""
    described = gives("SealedContent", status=201)
    described["parameters"] = [KEY]
    schema = {"type": "string", "format": "binary"}
    described["requestBody"] = {
        "required": True,
        "content": {"application/octet-stream": {"schema": schema}},
    }
    return described


def _json(name: str) -> Schema:
    return {"application/json": {"schema": ref(name)}}


class Api(NinjaAPI):
    """Ninja's API, whose document is made once."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Give the OpenAPI 3.1 document."""
        del path_params
        return _document(self, path_prefix or "/api/")


@cache
def _document(api: Api, prefix: str) -> OpenAPISchema:
    made = get_schema(api, prefix)
    made["components"].setdefault("schemas", {}).update(components())
    for operations in made["paths"].values():
        for operation in operations.values():
            # Ninja's own, beside a 201 that is ours: nothing answers so.
            if HTTPStatus.CREATED in operation["responses"]:
                operation["responses"].pop(HTTPStatus.OK, None)
    return made


TITLE = "Seatrial"
DESCRIPTION = (
    "The review programme for programs. Each request carries a token that a person made in the"
    " portal; it is good for one case and purpose, or for one action outside of cases. Moments are"
    " UTC with milliseconds. Nothing here says that a model may be released: that is its"
    " developer's alone."
)


def make_api() -> Api:
    """Make the API without its addresses. No page of documents: it would load foreign scripts."""
    return Api(
        title=TITLE,
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        urls_namespace="api",
    )
