"""A relay on loopback between a trial and the model's real endpoint.

The trial knows an address of this machine and a token drawn for it. The real address and key are
known to the process that runs the relay only; they are taken out of what the endpoint answers.
"""

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx

from seatrial.core.problem import BadInputError

MAX_REQUEST = 64 * 1024 * 1024
"""Bytes of one request: more than any context of a model, less than a host's memory."""

WITHHELD = b"[withheld]"

SECRET_PATH = 8
"""Characters from which on an address's path may be a secret; `/v1` and `/api/v1` are none."""

_NOT_SENT_ON = frozenset(
    {
        "host", "content-length", "connection", "keep-alive", "transfer-encoding", "te",
        "upgrade", "accept-encoding", "proxy-authorization", "proxy-connection",
    }
)  # fmt: skip
_SENT_BACK = frozenset({"content-type", "retry-after"})
"""Others may hold the endpoint's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The real endpoint. seconds: limit of one call."""

    base_url: str
    api_key: str
    seconds: float

    def __post_init__(self) -> None:
        """Refuse what is no address. Raises: BadInputError that does not repeat it."""
        url = urlsplit(self.base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise BadInputError(
                "The sealed address of the endpoint is no http or https address.",
                "The developer amends the credentials.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What the trial is told. close: cuts it off at once; may be called from any thread."""

    base_url: str
    token: str
    closed: threading.Event

    def close(self) -> None:
        """Answer nothing any more."""
        self.closed.set()


@contextmanager
def relay_to(upstream: Upstream) -> Iterator[Relay]:
    """Run a relay until the block ends."""
    token, closed = secrets.token_hex(32), threading.Event()
    with httpx.Client(timeout=upstream.seconds, follow_redirects=False) as client:

        class Handler(_Handler):
            pass

        Handler.forwarding = _Forwarding(
            upstream=upstream, token=token, closed=closed, client=client
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True, name="model-relay")
        thread.start()
        try:
            yield Relay(
                base_url=f"http://127.0.0.1:{server.server_address[1]}", token=token, closed=closed
            )
        finally:
            closed.set()
            server.shutdown()
            server.server_close()
            thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forwarding:
    upstream: Upstream
    token: str
    closed: threading.Event
    client: httpx.Client

    def headers(self, given: Mapping[str, str]) -> dict[str, str] | None:
        """Put the key where the token stands; None when it stands nowhere."""
        sent = {name: value for name, value in given.items() if name.lower() not in _NOT_SENT_ON}
        if not any(self.token in value for value in sent.values()):
            return None
        return {
            name: value.replace(self.token, self.upstream.api_key) for name, value in sent.items()
        }

    def clean(self, content: bytes) -> bytes:
        """Take address and key out of an answer."""
        url = urlsplit(self.upstream.base_url)
        path = url.path if len(url.path) >= SECRET_PATH else ""
        for one in (self.upstream.api_key, self.upstream.base_url, url.netloc, path):
            if one:
                content = content.replace(one.encode(), WITHHELD)
        return content


class _Handler(BaseHTTPRequestHandler):
    forwarding: _Forwarding
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def _forward(self) -> None:
        forwarding = self.forwarding
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_REQUEST:
            self._answer(413, b"too large")
            return
        body = self.rfile.read(int(length))
        headers = forwarding.headers(dict(self.headers.items()))
        if headers is None:
            self._answer(401, b"no token of this trial")
            return
        if forwarding.closed.is_set():
            self._answer(403, b"access has ended")
            return
        try:
            answer = forwarding.client.request(
                self.command,
                forwarding.upstream.base_url.rstrip("/") + self.path,
                content=body,
                headers={**headers, "Accept-Encoding": "identity"},
            )
        except httpx.HTTPError as error:
            # Its text may name the address; its sort does not.
            self._answer(502, f"the endpoint was not reached: {type(error).__name__}".encode())
            return
        kept = {name: value for name, value in answer.headers.items() if name in _SENT_BACK}
        self._answer(answer.status_code, forwarding.clean(answer.content), kept)

    def _answer(
        self, status: int, content: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in (headers or {"content-type": "text/plain"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: requests hold what a model was told."""
