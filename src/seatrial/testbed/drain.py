"""Feed and drain a running command's pipes in one task, whatever the event loop."""

import errno
import fcntl
import os
import select
import sys
import termios
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

_CHUNK = 256 * 1024


@dataclass(slots=True, kw_only=True)
class Pipes:
    """The host's ends of a command's pipes. Closed by `close`.

    status: where the helper says how the command ended.
    limit: bytes per output stream; `exceeded` is set when a stream has more.
    """

    stdout: int
    stderr: int
    status: int
    stdin: int | None
    to_send: memoryview
    limit: int
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)
    said: bytearray = field(default_factory=bytearray)
    exceeded: bool = False
    ended: bool = False
    _epoll: select.epoll | None = None
    _open: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Work until the command ended or exceeded its output limit; may be called again."""
        epoll = self._watch()
        while not self.ended:
            events = epoll.poll(0)
            if not events:
                await anyio.wait_readable(epoll.fileno())
                continue
            for file, _ in events:
                self._serve(file)
            if self.exceeded:
                return
            await anyio.lowlevel.checkpoint()  # let timeouts and other sandboxes have their turn
        # What was written before the end is in the pipes. A background process may hold
        # them open and write on: that is nobody's, and might never end.
        for file in (self.stdout, self.stderr):
            waiting = _bytes_waiting(file) if file in self._open else 0
            while waiting > 0 and (moved := self._take(file, waiting)):
                waiting -= moved

    def close(self) -> None:
        """Close every descriptor."""
        if self._epoll is not None:
            self._epoll.close()
        else:
            self._open = {self.stdout, self.stderr, self.status}
            if self.stdin is not None:
                self._open.add(self.stdin)
        for file in self._open:
            os.close(file)
        self._open = set()

    def _watch(self) -> select.epoll:
        if self._epoll is None:
            self._epoll = select.epoll()
            for file in (self.stdout, self.stderr, self.status):
                os.set_blocking(file, False)
                self._epoll.register(file, select.EPOLLIN)
                self._open.add(file)
            if self.stdin is not None:
                os.set_blocking(self.stdin, False)
                self._epoll.register(self.stdin, select.EPOLLOUT)
                self._open.add(self.stdin)
        return self._epoll

    def _serve(self, file: int) -> None:
        """Move bytes once."""
        if file == self.stdin:
            self._send(file)
        else:
            self._take(file, _CHUNK)

    def _take(self, file: int, most: int) -> int:
        """Read once. Returns: how many bytes came."""
        try:
            chunk = os.read(file, min(most, _CHUNK))
        except BlockingIOError:
            return 0
        if not chunk:
            self._finish(file)
            if file == self.status:
                self.ended = True
            return 0
        kept = {self.stdout: self.out, self.stderr: self.err}.get(file, self.said)
        room = self.limit - len(kept)
        kept += chunk[: max(0, room)]
        if len(chunk) > room:
            self.exceeded = True
        return len(chunk)

    def _send(self, file: int) -> None:
        try:
            self.to_send = self.to_send[os.write(file, self.to_send[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            self.to_send = self.to_send[:0]  # it does not want to read
        if not self.to_send:
            self._finish(file)

    def _finish(self, file: int) -> None:
        if self._epoll is not None:
            self._epoll.unregister(file)
        self._open.discard(file)
        os.close(file)


def _bytes_waiting(pipe: int) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
