"""Simulated endpoints on loopback, in a thread of the test's own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@contextmanager
def served(app: Any, *, certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[int]:
    """Serve an ASGI application until the context ends, and give its port.

    certificate: PEM file with certificate and key, to speak TLS.
    """
    listener = socket.create_server((host, 0))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            ssl_certfile=None if certificate is None else str(certificate),
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
