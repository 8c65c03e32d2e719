"""Simulator of a network that resets connections: a relay in front of a real endpoint."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset."""


class BreakingProxy:
    """Relays bytes to `port` until so many requests have gone by, then resets each answer midway.

    healthy: how many requests are relayed whole; set it anew to mend the network.
    """

    def __init__(self, port: int, *, healthy: int) -> None:
        self.healthy = healthy
        self._port = port
        self._requests = 0
        self._lock = threading.Lock()

    def relay(self, client: socket.socket) -> None:
        """Serve one connection: requests up, answers down, each in a thread."""
        upstream = socket.create_connection(("127.0.0.1", self._port))
        up = threading.Thread(target=self._up, args=(client, upstream), daemon=True)
        up.start()
        with suppress(OSError):
            while answer := upstream.recv(_CHUNK):
                if self._requests > self.healthy:
                    client.sendall(answer[: len(answer) // 2])
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    break
                client.sendall(answer)
        # A close sends nothing while the other thread still reads: wake it first.
        with suppress(OSError):
            upstream.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RD)
        up.join()
        client.close()
        upstream.close()

    def _up(self, client: socket.socket, upstream: socket.socket) -> None:
        with suppress(OSError):
            while asked := client.recv(_CHUNK):
                with self._lock:
                    self._requests += asked.startswith(b"POST ")
                upstream.sendall(asked)
        with suppress(OSError):
            upstream.shutdown(socket.SHUT_RDWR)


@contextmanager
def breaking(port: int, *, healthy: int) -> Iterator[tuple[BreakingProxy, int]]:
    """Run a proxy in front of `port` and give it with the port that it listens on."""
    proxy = BreakingProxy(port, healthy=healthy)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=proxy.relay, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield proxy, listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
