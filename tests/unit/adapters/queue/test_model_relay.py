"""The relay between a trial and the real endpoint."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from seatrial.adapters.queue.model_relay import Relay, Upstream, relay_to
from seatrial.core.problem import BadInputError

KEY = "sk-planted-5f2e9"


class Endpoint(BaseHTTPRequestHandler):
    """Answers with what it was sent: the worst that an endpoint can do."""

    seen: list[dict[str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(dict(self.headers.items()) | {"path": self.path, "body": body.decode()})
        answer = f"{self.headers} from {self.headers['Host']}".encode()
        self.send_response(307 if self.path.endswith("moved") else 200)
        self.send_header("Location", "http://elsewhere.example/")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, str]]]]:
    class Mine(Endpoint):
        seen: list[dict[str, str]] = []  # noqa: RUF012 - of this test alone

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", Mine.seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def relay(endpoint: tuple[str, list[dict[str, str]]]) -> Iterator[Relay]:
    with relay_to(Upstream(base_url=endpoint[0], api_key=KEY, seconds=10)) as running:
        yield running


def post(relay: Relay, token: str, path: str = "/chat") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{relay.base_url}{path}", content=b"hello", headers=headers, timeout=10)


def test_the_key_goes_to_the_endpoint_and_never_comes_back(
    relay: Relay, endpoint: tuple[str, list[dict[str, str]]]
) -> None:
    answer = post(relay, relay.token)

    (seen,) = endpoint[1]
    assert seen["Authorization"] == f"Bearer {KEY}"
    assert seen["path"] == "/v1/chat"
    assert seen["body"] == "hello"
    assert relay.token not in str(seen)
    assert answer.status_code == 200
    for secret in (KEY, endpoint[0].removeprefix("http://").partition("/")[0]):
        assert secret not in answer.text + str(answer.headers)
    assert "[withheld]" in answer.text


def test_who_lacks_the_token_reaches_nothing(
    relay: Relay, endpoint: tuple[str, list[dict[str, str]]]
) -> None:
    assert post(relay, "guessed").status_code == 401
    assert endpoint[1] == []


def test_a_closed_relay_answers_nothing_more(
    relay: Relay, endpoint: tuple[str, list[dict[str, str]]]
) -> None:
    relay.close()

    assert post(relay, relay.token).status_code == 403
    assert endpoint[1] == []


def test_a_redirection_is_neither_followed_nor_shown(
    relay: Relay, endpoint: tuple[str, list[dict[str, str]]]
) -> None:
    answer = post(relay, relay.token, "/moved")

    assert answer.status_code == 307
    assert "location" not in answer.headers
    assert len(endpoint[1]) == 1


def test_an_endpoint_that_is_not_there_is_not_named() -> None:
    with relay_to(Upstream(base_url="http://127.0.0.1:9/v1", api_key=KEY, seconds=5)) as relay:
        answer = post(relay, relay.token)

    assert answer.status_code == 502
    assert ":9" not in answer.text


def test_what_is_no_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(BadInputError) as refused:
        Upstream(base_url="secret-host.example", api_key=KEY, seconds=5)

    assert "secret-host" not in str(refused.value)
