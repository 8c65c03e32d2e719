"""Reference models on loopback: start, give the address, stop."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from seatrial.core.problem import UnavailableError
from seatrial.models.answer_file import Answers, FixedAnswers
from seatrial.models.app import Endpoint
from seatrial.models.catalog import POLICIES
from seatrial.models.policy import Policy

API_KEY = "reference"
"""Any key will do; clients insist on having one."""

KEEP_ALIVE_SECONDS = 75  # longer than a bash tool call of a reference model's turn
STOP_SECONDS = 5  # for answers under way when the server stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A running server. base_url: what an OpenAI client wants, ending in `/v1`."""

    base_url: str


@contextmanager
def serve(
    policies: Iterable[Policy] = POLICIES,
    answers: Answers | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    simulate: bool = False,
) -> Iterator[Serving]:
    """Serve in a thread until the context ends.

    answers: the answer book of policies that are told the answer; None is an empty one.
    port: 0 takes a free one. simulate: also serve the simulators of bad endpoints.
    Raises: UnavailableError when the address is taken or not this machine's.
    """
    listener = _listen(host, port)
    endpoint = Endpoint(policies, answers or FixedAnswers({}), simulate=simulate)
    server = uvicorn.Server(
        uvicorn.Config(
            endpoint.app(),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
            ws="none",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    started = threading.Event()
    loop = asyncio.new_event_loop()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(started.set)
        try:
            loop.run_until_complete(server.serve(sockets=[listener]))
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=work, name="reference-models", daemon=True)
    thread.start()
    started.wait()

    def stop() -> None:
        endpoint.stop()
        server.should_exit = True

    try:
        address, bound = listener.getsockname()[:2]
        yield Serving(base_url=f"http://{_in_url(address)}:{bound}/v1")
    finally:
        loop.call_soon_threadsafe(stop)
        thread.join()
        listener.close()


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _listen(host: str, port: int) -> socket.socket:
    """Bind at once: the address is known, and queued calls wait, before the loop runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise UnavailableError(
            f"Reference models cannot listen on {host}:{port} ({error.strerror}).",
            "Give a free port of this machine, or 0 to take any.",
        ) from error
    return listener
