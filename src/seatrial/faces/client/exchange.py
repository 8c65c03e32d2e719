"""Requests and answers: sent again when the way was bad, never done twice."""

import base64
import time
from collections.abc import Iterator, Mapping
from os import SEEK_END
from types import TracebackType
from typing import IO, Self, TypeVar
from urllib.parse import urlsplit

import httpx

from seatrial import __version__
from seatrial.adapters.identity import fresh_id
from seatrial.core.canonical import Digest
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.record import from_json
from seatrial.faces.client.problems import problem_error

T = TypeVar("T")

ATTEMPTS = 5
"""Of one request. With doubling pauses they take some six seconds: a server's restart."""

PAUSE_SECONDS = 0.4
"""Before the second attempt."""

TIMEOUT_SECONDS = 30.0
"""Of one attempt; sealing a large content takes a second or two."""

SEALING_SECONDS = 600.0
"""Until the answer to an archive of gigabytes, which is checked and sealed first."""

CHUNK = 1024 * 1024

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Exchange:
    """One server and one token, or none for what is public.

    Every request may be repeated: reads change nothing but the record of reading, posts have keys.
    """

    def __init__(
        self, server: str, token: str | None, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        url = urlsplit(server)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
            raise BadInputError(
                f"{server!r} is no https address: a token would be sent in the clear.",
                "Give https://NAME, or http://localhost:PORT for this machine.",
            )
        self._http = httpx.Client(
            base_url=f"{server.rstrip('/')}/api",
            headers={"User-Agent": f"seatrial/{__version__}"}
            | ({} if token is None else {"Authorization": f"Bearer {token}"}),
            timeout=TIMEOUT_SECONDS,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, kind: type[T], path: str, **query: str | int) -> T:
        """Read a record. Raises: ProblemError of the sort that the server names."""
        return _read(kind, self._send("GET", path, params=query))

    def pages(self, kind: type[T], path: str) -> Iterator[T]:
        """Read every page of a list."""
        response = self._send("GET", path)
        yield _read(kind, response)
        while (following := response.links.get("next")) is not None:
            # Only the query is taken from the link: the token goes nowhere else.
            query = urlsplit(following["url"]).query
            response = self._send("GET", f"{path}?{query}")
            yield _read(kind, response)

    def get_bytes(self, path: str, **query: str) -> bytes:
        """Read content."""
        return self._send("GET", path, params=query).content

    def post(
        self,
        kind: type[T],
        path: str,
        content: bytes,
        *,
        media: str = "application/json",
        key: str | None = None,
    ) -> T:
        """Send something, done once. key: of one's own; a fresh one without it."""
        headers = {"Content-Type": media, "Idempotency-Key": key or fresh_id()}
        return _read(kind, self._send("POST", path, content=content, headers=headers))

    def put(self, kind: type[T], path: str, content: bytes = b"") -> T | None:
        """Make something be so; give what it is now, or None when the server has nothing."""
        headers = {"Content-Type": "application/json"}
        response = self._send("PUT", path, content=content, headers=headers)
        return None if response.status_code == httpx.codes.NO_CONTENT else _read(kind, response)

    def send_file(
        self,
        kind: type[T],
        method: str,
        path: str,
        archive: IO[bytes],
        *,
        digest: Digest,
        key: str | None = None,
        **query: str,
    ) -> T:
        """Send an archive as it is read, done once. digest: of the whole of it."""
        raw = base64.b64encode(bytes.fromhex(digest.removeprefix("sha256:"))).decode()
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(archive.seek(0, SEEK_END)),
            "Content-Digest": f"sha-256=:{raw}:",
        }
        if key is not None:
            headers["Idempotency-Key"] = key
        sent = self._send(method, path, params=query, content=archive, headers=headers)
        return _read(kind, sent)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        content: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        pause = PAUSE_SECONDS
        for left in reversed(range(ATTEMPTS)):
            try:
                response = self._http.request(
                    method,
                    path,
                    params=params or None,
                    content=_from_start(content),
                    headers=headers,
                    timeout=_timeout(content),
                )
            except httpx.TransportError as error:
                if left == 0:
                    raise UnavailableError(
                        f"{self._http.base_url} does not answer ({type(error).__name__}).",
                        "Try again; sent with the same key, nothing is done twice.",
                    ) from error
            else:
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or left == 0:
                    return _checked(response)
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")


def _from_start(content: bytes | IO[bytes] | None) -> bytes | Iterator[bytes] | None:
    if content is None or isinstance(content, bytes):
        return content
    content.seek(0)
    return iter(lambda: content.read(CHUNK), b"")


def _timeout(content: bytes | IO[bytes] | None) -> httpx.Timeout:
    small = content is None or isinstance(content, bytes)
    return httpx.Timeout(TIMEOUT_SECONDS, read=TIMEOUT_SECONDS if small else SEALING_SECONDS)


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    raise problem_error(response.status_code, response.content, place=_place(response))


def _read(kind: type[T], response: httpx.Response) -> T:
    place = _place(response)
    return from_json(kind, parse_json(response.content, place=place), place=place)


def _place(response: httpx.Response) -> str:
    return f"the answer of {response.request.url.copy_with(query=None)}"


class Connected:
    """What every client has: one exchange, closed at the end of a `with`."""

    def __init__(self, exchange: Exchange) -> None:
        self._at = exchange

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._at.close()
