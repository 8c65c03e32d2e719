"""The server dies between request and answer: sent again with the same key, it is done once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from threading import Timer

import httpx
import pytest
from served_portal import Served, free_port, start, wait_for

from seatrial.core.people import CaseId
from seatrial.faces.client.client import Client
from seatrial.review.submission.events import Audience, ReleasePlanned

from .conftest import Copied

CASE = CaseId("opencase")
PLAN = ReleasePlanned(audience=Audience.PUBLIC, on=None)


class Mortal:
    """A server that is killed and started again on the same data and port."""

    def __init__(self, copied: Copied) -> None:
        self._data, self._database = copied.data, copied.database
        self.port = free_port()
        self._log = (self._data / "server.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def live(self) -> None:
        self._process = start(self._data, self.port, self._log, 10**6, self._database)
        wait_for(self.port, self._process, self._data / "server.log")

    def die(self) -> None:
        """Kill master and workers at once; nothing of them cleans up."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.die()
        self._log.close()


class Way(httpx.HTTPTransport):
    """The way to the server. lose: happens around the first request only."""

    def __init__(self, server: Mortal, lose: Callable[["Way", httpx.Request], None]) -> None:
        super().__init__()
        self.server = server
        self._lose = lose
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        if self.sent > 1:
            return super().handle_request(request)
        try:
            self._lose(self, request)
        finally:
            self.server.live()
        raise httpx.ReadError("the answer never came")

    def send(self, request: httpx.Request) -> None:
        super().handle_request(request).read()


def after_the_answer(way: Way, request: httpx.Request) -> None:
    """It was done and acknowledged; the acknowledgement was lost."""
    way.send(request)
    way.server.die()


def amidst(delay: float) -> Callable[[Way, httpx.Request], None]:
    def lose(way: Way, request: httpx.Request) -> None:
        killer = Timer(delay, way.server.die)
        killer.start()
        try:
            way.send(request)
        except httpx.TransportError:
            time.sleep(0)
        killer.join()

    return lose


@pytest.mark.slow
def test_one_entry_however_the_server_dies(served: Served, copied: Copied) -> None:
    server = Mortal(copied)
    server.live()
    token = served.token("dora")
    try:
        for number, lose in enumerate((after_the_answer, amidst(0.0), amidst(0.01))):
            url = f"http://127.0.0.1:{server.port}"
            with Client(url, token) as plain:
                before = [one.index for one in plain.history(CASE)]
            way = Way(server, lose)
            with Client(url, token, transport=way) as client:
                done = client.give(CASE, PLAN, key=f"kill-{number}")
            with Client(url, token) as plain:
                after = list(plain.history(CASE))
            assert way.sent >= 2
            assert len(after) == len(before) + 1
            assert done.entries[0].index == after[-1].index
            assert f"{served.seed['people']['dora']}/kill-{number}#0" == after[-1].entry.key
    finally:
        server.close()
