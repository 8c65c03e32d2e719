"""Who sends slowly on purpose holds no thread of the server for long."""

import socket
from collections.abc import Iterable
from typing import Any

import pytest

from seatrial.faces.web import patience


def reading(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    """An application that waits for the body."""
    return [environ["gunicorn.socket"].recv(10)]


def asked(server: socket.socket, path: str, length: str = "10") -> dict[str, Any]:
    return {"gunicorn.socket": server, "PATH_INFO": path, "CONTENT_LENGTH": length}


@pytest.mark.parametrize("path", ["/check/", "/api/submissions"])
def test_silence_ends_a_request(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(patience, "SILENCE_SECONDS", 0.01)
    client, server = socket.socketpair()
    with client, server, pytest.raises(TimeoutError):
        patience.patient(reading)(asked(server, path), None)


def test_a_pages_body_has_its_time_and_the_answer_is_still_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.0)
    monkeypatch.setattr(patience, "BYTES_A_SECOND", 10**9)
    client, server = socket.socketpair()
    with client, server:
        assert patience.patient(reading)(asked(server, "/check/"), None) == [b""]
        server.sendall(b"sorry")
        assert client.recv(10) == b"sorry"


@pytest.mark.parametrize("length", ["", "x", "10"])
def test_what_comes_in_time_is_read(length: str) -> None:
    client, server = socket.socketpair()
    with client, server:
        client.sendall(b"body")
        assert patience.patient(reading)(asked(server, "/check/", length), None) == [b"body"]


def test_long_bodies_have_longer_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    monkeypatch.setattr(patience, "Timer", lambda seconds, *_: given.append(seconds) or _Never())
    client, server = socket.socketpair()
    with client, server:
        for length in ("1", str(16 * 1024 * 60), str(10**12)):
            client.sendall(b"body")
            patience.patient(reading)(asked(server, "/check/", length), None)

    assert [round(one) for one in given] == [60, 120, 900]


class _Never:
    daemon = False

    def start(self) -> None:
        """It does not run."""

    def cancel(self) -> None:
        """It did not run."""


def test_another_server_needs_none() -> None:
    assert patience.patient(lambda *_: [b"done"])({}, None) == [b"done"]
