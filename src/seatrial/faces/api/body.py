"""Reading a request: its body within limits, strict JSON, the headers that make it safe."""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.message import Message
from typing import TypeVar, cast

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json
from seatrial.faces.api.problems import (
    LengthError,
    MediaTypeError,
    RequestError,
    TooLargeError,
)

T = TypeVar("T")

MAX_JSON_BYTES = 512 * 1024
"""Of a JSON body. An entry holds at most 1 MiB; facts and digests take a few thousand."""

MAX_PASSED_OVER = 8 * 1024 * 1024
"""Bytes of a body that is too large, and is read all the same: of an honest mistake."""

MAX_TEXT = 10_000
"""Characters of a text in an entry, as on the pages: entries stay for good, and pages show them."""

MAX_NAME = 200
"""Characters of a name, as on the pages: lists show it."""

NAMES = frozenset({"name", "checkpoint", "title", "scope", "office"})
"""Fields that are names, or lists of them."""

MAX_EXACT = 2**53 - 1
"""Largest whole number that JSON carries everywhere. Source: RFC 8785, section 3.2.2.3."""

_KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_TAG = re.compile(r'"?([0-9]{1,9})"?')
"""Quotes are the rule (RFC 9110, 8.8.3); some clients' libraries drop them on the way."""


def read_bytes(request: HttpRequest, most: int) -> bytes:
    """Read the body. Raises: LengthError, TooLargeError, RequestError when it breaks off."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthError("The body has no Content-Length.", "Send it with one.")
    if not length:
        return b""
    if int(length) > most:
        _pass_over(request, int(length))
        raise TooLargeError(
            f"The body has {length} bytes; this address takes {most}.", "Send less."
        )
    try:
        content = request.read(int(length))
    except UnreadablePostError as error:
        raise RequestError("The body broke off.", "Send it again, with the same key.") from error
    if len(content) != int(length):
        raise RequestError("The body broke off.", "Send it again, with the same key.")
    return content


def _pass_over(request: HttpRequest, length: int) -> None:
    """Read a body and forget it, so that the connection can go on; of the largest, nothing."""
    with suppress(UnreadablePostError):
        left = length if length <= MAX_PASSED_OVER else 0
        while left and (part := request.read(min(left, 65536))):
            left -= len(part)


def media_type(request: HttpRequest) -> Message:
    """Parse the Content-Type."""
    found = Message()
    found["Content-Type"] = request.META.get("CONTENT_TYPE") or "application/octet-stream"
    return found


def read_json(request: HttpRequest) -> tuple[bytes, object]:
    """Read a JSON body: its bytes, and what they say.

    Raises: MediaTypeError, RequestError for what is no JSON, twice-given fields and NaN included.
    """
    kind = media_type(request)
    charset = kind.get_param("charset", "utf-8")
    if kind.get_content_type() != "application/json" or str(charset).lower() != "utf-8":
        raise MediaTypeError("The body is not application/json.", "Send JSON in UTF-8.")
    content = read_bytes(request, MAX_JSON_BYTES)
    try:
        parsed = _exact(parse_json(content.decode("utf-8").encode(), place="The body"))
    except (UnicodeError, RecursionError) as error:
        raise RequestError("The body is not JSON in UTF-8.", "Send JSON in UTF-8.") from error
    except BadInputError as error:
        raise RequestError(error.what, "Send strict JSON (RFC 8259, each field once).") from error
    return content, parsed


def read_record(kind: type[T], value: object, *, sealed: frozenset[str] = frozenset()) -> T:
    """Read a record; errors name the field's path.

    sealed: fields that become sealed content, and may be as long as the body.
    Raises: BadInputError.
    """
    record = from_json(kind, value, place="body")
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        check_lengths({name: one for name, one in table.items() if name not in sealed}, "body")
    return record


def check_lengths(value: object, place: str, name: str = "") -> None:
    """Refuse texts that no page could show. Raises: BadInputError naming the path."""
    match value:
        case str():
            most = MAX_NAME if name in NAMES else MAX_TEXT
            if len(value) > most:
                raise BadInputError(
                    f"{place} has {len(value)} characters; it may have {most}.", "Shorten it."
                )
        case dict():
            for inner, one in cast("Mapping[str, object]", value).items():
                check_lengths(one, f"{place}.{inner}", inner)
        case list():
            for number, one in enumerate(cast("Sequence[object]", value)):
                check_lengths(one, f"{place}[{number}]", name)
        case _:
            pass


def request_key(request: HttpRequest) -> str:
    """Give the Idempotency-Key, in quotes or not. Raises: RequestError without a good one."""
    key = request.headers.get("Idempotency-Key", "").strip('"')
    if not _KEY.fullmatch(key):
        raise RequestError(
            "There is no Idempotency-Key, or it is not of its form.",
            "Send 1 to 100 letters, digits and . _ : - of your own with each POST.",
        )
    return key


def if_match(request: HttpRequest) -> int | None:
    """Give the number of entries that the caller saw; None when it does not matter.

    Raises: RequestError for a tag that is none of ours.
    """
    text = request.headers.get("If-Match", "").strip()
    if text in ("", "*"):
        return None
    found = _TAG.fullmatch(text)
    if found is None:
        raise RequestError(
            "If-Match is no entity tag of this API.", 'Send the ETag as it came, such as "5".'
        )
    return int(found[1])


def seen_already(request: HttpRequest, number: int) -> bool:
    """Tell whether If-None-Match names what would be sent."""
    text = request.headers.get("If-None-Match", "")
    # Weak comparison is the rule here. Source: RFC 9110, section 13.1.2.
    return text.strip() == "*" or f'"{number}"' in text


def _exact(value: object) -> object:
    """Give what the ledger can hold: 5.0 is 5, as in RFC 8785.

    Raises: BadInputError, UnicodeError for what it cannot.
    """
    match value:
        case str():
            value.encode()
        case float() if not math.isfinite(value):
            raise BadInputError("The body holds a number that is none.", "Leave it out.")
        case int() | float() if abs(value) > MAX_EXACT:
            raise BadInputError("The body holds a number above 2**53 - 1.", "Send it as text.")
        case float() if value.is_integer():
            return int(value)
        case dict():
            members = cast("Mapping[str, object]", value)
            return {cast("str", _exact(name)): _exact(one) for name, one in members.items()}
        case list():
            return [_exact(one) for one in cast("Sequence[object]", value)]
        case _:
            return value
    return value
