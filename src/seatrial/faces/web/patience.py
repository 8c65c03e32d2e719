"""Clients that send slowly on purpose: each would hold a thread of the server, and there are few.

A proxy in front that takes requests whole before it passes them on makes this idle. The API reads
no body before it knows the token; so only silence ends a request to it, and evidence of gigabytes
over a slow line comes through.
"""

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Timer
from typing import Any, TypeAlias

App: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]

SILENCE_SECONDS = 20.0
"""Between two pieces of a request or an answer. A line that hangs that long is a broken one."""

BODY_SECONDS = 60.0
BYTES_A_SECOND = 16 * 1024
MOST_SECONDS = 900.0
"""For a page's body: a minute, and more for its length as over a very slow line, up to a limit."""

_API = "/api/"


def patient(app: App) -> App:
    """Let an application's requests end when their senders are too slow."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        sender: socket.socket | None = environ.get("gunicorn.socket")
        if sender is None:
            return app(environ, start_response)
        sender.settimeout(SILENCE_SECONDS)
        timer = Timer(_seconds(environ), _hang_up, [sender])
        timer.daemon = True
        # Reading is over when the view returns; what is streamed afterwards only sends.
        if environ.get("CONTENT_LENGTH") and not environ["PATH_INFO"].startswith(_API):
            timer.start()
        try:
            return app(environ, start_response)
        finally:
            timer.cancel()

    return application


def _seconds(environ: dict[str, Any]) -> float:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    size = int(length) if length.isascii() and length.isdecimal() else 0
    return min(MOST_SECONDS, BODY_SECONDS + size / BYTES_A_SECOND)


def _hang_up(sender: socket.socket) -> None:
    """Let whoever waits for more find the end; the answer can still be sent."""
    with suppress(OSError):
        sender.shutdown(socket.SHUT_RD)
