"""Large bodies: streamed to a nameless file, their digest checked on the way."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from seatrial.core.canonical import Digest
from seatrial.faces.api.body import media_type
from seatrial.faces.api.problems import LengthError, MediaTypeError, RequestError, TooLargeError
from seatrial.faces.api.spec import KEY, gives

MAX_ARCHIVE = 4 * 1024 * 1024 * 1024
"""Bytes of an archive. A trial of 10,000 samples has some 2 GiB of logs and journals."""

ARCHIVE_TYPE = "application/octet-stream"

CHUNK = 1024 * 1024

_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


def content_digest(request: HttpRequest) -> Digest:
    """Give the body's digest as its sender has it. Raises: RequestError. Source: RFC 9530."""
    found = _DIGEST.fullmatch(request.headers.get("Content-Digest", ""))
    if found is None:
        raise RequestError(
            "There is no Content-Digest, or it is not of its form.",
            "Send Content-Digest: sha-256=:BASE64: of the body.",
        )
    try:
        digest = base64.b64decode(found[1], validate=True)
    except binascii.Error as error:
        raise RequestError("Content-Digest is no base64.", "Send it as RFC 9530 has it.") from error
    return Digest(f"sha256:{digest.hex()}")


@contextmanager
def received(request: HttpRequest, digest: Digest) -> Iterator[IO[bytes]]:
    """Receive an archive into a file that has no name and goes with this process.

    Whatever is refused meanwhile, the body is read to its end, so that its sender hears why.
    Raises: MediaTypeError, LengthError, TooLargeError; RequestError when it breaks off or is not
    what the digest says.
    """
    if media_type(request).get_content_type() != ARCHIVE_TYPE:
        raise MediaTypeError(f"The body is not {ARCHIVE_TYPE}.", "Send the archive as it is.")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if not length:
        raise LengthError("The body has no Content-Length, or no bytes.", "Send it with one.")
    if length > MAX_ARCHIVE:
        raise TooLargeError(
            f"The body has {length} bytes; this address takes {MAX_ARCHIVE}.",
            "Hand such a trial in on the portal's page.",
        )
    # In the data folder: a temporary one may lie in memory, and is not the operator's to guard.
    place = Path(settings.DATA) / "incoming"
    place.mkdir(exist_ok=True, mode=0o700)
    with TemporaryFile(dir=place) as file:
        found = hashlib.sha256()
        for part in _parts(request, length):
            found.update(part)
            file.write(part)
        if found.hexdigest() != digest.removeprefix("sha256:"):
            raise RequestError(
                "The body is not what Content-Digest says.", "Send it again, with the same key."
            )
        file.seek(0)
        yield file


@contextmanager
def heard(request: HttpRequest) -> Iterator[None]:
    """Read the rest of a body that is refused: its sender listens only when all is sent.

    One that is too large is not read.
    """
    try:
        yield
    except TooLargeError:
        raise
    except BaseException:
        with suppress(UnreadablePostError, OSError):
            while request.read(CHUNK):
                pass
        raise


def takes_archive(name: str, *, status: int = 200) -> dict[str, Any]:
    """Describe a POST of an archive."""
    described = gives(name, status=status)
    digest = {
        "in": "header",
        "name": "Content-Digest",
        "required": True,
        "description": "Of the body, as RFC 9530 has it.",
        "schema": {"type": "string", "pattern": f"^{_DIGEST.pattern}$"},
    }
    described["parameters"] = [KEY, digest]
    schema = {"type": "string", "format": "binary"}
    described["requestBody"] = {"required": True, "content": {ARCHIVE_TYPE: {"schema": schema}}}
    return described


def _parts(request: HttpRequest, length: int) -> Iterator[bytes]:
    left = length
    while left:
        try:
            part = request.read(min(CHUNK, left))
        except UnreadablePostError as error:
            raise _broke_off() from error
        if not part:
            raise _broke_off()
        left -= len(part)
        yield part


def _broke_off() -> RequestError:
    return RequestError("The body broke off.", "Send it again, with the same key.")
