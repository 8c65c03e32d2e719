"""A relay between a trial and the model's real endpoint.

The trial knows an address and a token drawn for it. The real address and key are known to the
process that relays only; they are taken out of what the endpoint answers. `relay_to` listens on
loopback; a server that listens already uses `Forwarding` alone.
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
        "upgrade", "accept-encoding", "proxy-authorization", "proxy-connection", "cookie",
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    }
)  # fmt: skip
"""Of the connection, or added by a proxy on the way to us: who runs trials is not the lab's."""

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

        Handler.forwarding = Forwarding(upstream=upstream, token=token, client=client)
        Handler.closed = closed
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
class Answer:
    """What goes back to the trial."""

    status: int
    content: bytes
    headers: Mapping[str, str]


def refusal(status: int, content: bytes) -> Answer:
    """Give an answer that is the relay's own."""
    return Answer(status=status, content=content, headers={"content-type": "text/plain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """Sends a trial's calls on. token: stands in a call where the key must."""

    upstream: Upstream
    token: str
    client: httpx.Client

    def forward(self, method: str, path: str, given: Mapping[str, str], body: bytes) -> Answer:
        """Make a call; give the endpoint's answer without its address and key.

        path: with its query, and `/` first. given: headers of the call.
        """
        if not self.knows(given):
            return refusal(401, b"no token of this trial")
        headers = {
            name: value.replace(self.token, self.upstream.api_key)
            for name, value in _sent_on(given).items()
        }
        try:
            answer = self.client.request(
                method,
                self.upstream.base_url.rstrip("/") + path,
                content=body,
                headers={**headers, "Accept-Encoding": "identity"},
            )
        except httpx.HTTPError as error:
            # Its text may name the address; its sort does not.
            said = f"the endpoint was not reached: {type(error).__name__}"
            return refusal(502, said.encode())
        kept = {name: value for name, value in answer.headers.items() if name in _SENT_BACK}
        return Answer(status=answer.status_code, content=self._clean(answer.content), headers=kept)

    def knows(self, given: Mapping[str, str]) -> bool:
        """Say whether the token stands in a call's headers."""
        return any(self.token in value for value in _sent_on(given).values())

    def _clean(self, content: bytes) -> bytes:
        """Take address and key out of an answer."""
        url = urlsplit(self.upstream.base_url)
        path = url.path if len(url.path) >= SECRET_PATH else ""
        for one in (self.upstream.api_key, self.upstream.base_url, url.netloc, path):
            if one:
                content = content.replace(one.encode(), WITHHELD)
        return content


def _sent_on(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name.lower() not in _NOT_SENT_ON}


class _Handler(BaseHTTPRequestHandler):
    forwarding: Forwarding
    closed: threading.Event
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def _forward(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_REQUEST:
            self._answer(refusal(413, b"too large"))
            return
        body = self.rfile.read(int(length))
        given = dict(self.headers.items())
        if self.closed.is_set() and self.forwarding.knows(given):
            self._answer(refusal(403, b"access has ended"))
            return
        self._answer(self.forwarding.forward(self.command, self.path, given, body))

    def _answer(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: requests hold what a model was told."""
