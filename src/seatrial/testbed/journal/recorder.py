"""The recorder: one process outside all sandboxes that hears of program starts from the kernel.

It needs root. It serves one harness and ends with it.
"""

import contextlib
import fcntl
import itertools
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol, TypeAlias, cast

from seatrial.core.problem import UnavailableError
from seatrial.testbed.journal.facts import UID_RANGE
from seatrial.testbed.journal.frames import (
    PROTOCOL,
    Counts,
    NetworkAttempt,
    ProcessStart,
    Ready,
    take_frames,
)

KernelEvent: TypeAlias = ProcessStart | NetworkAttempt

PROCESS_RING_BYTES = 16 * 1024 * 1024
"""The largest argv (6 MiB) fits twice over, as one sandbox may hold half of the ring; else
some 40,000 program starts in wait."""

NETWORK_RING_BYTES = 16 * 1024 * 1024
"""Some 45,000 network attempts in wait."""

MAX_SANDBOXES = 16384
"""As in native/recorder.h."""

_ANSWER_SECONDS = 30
"""For starting and for draining; either takes milliseconds on an idle machine."""

_PIPE_BYTES = 1024 * 1024


class EventSink(Protocol):
    """Takes the kernel's events of one sandbox, from the recorder's thread."""

    def deliver(self, events: Sequence[KernelEvent]) -> None:
        """Take events, in the order the kernel's buffers held them. Must not raise."""
        ...

    def tell_losses(self, counts: Counts) -> None:
        """Hear that the kernel had to drop events of this sandbox. Must not raise."""
        ...

    def tell_death(self, why: str) -> None:
        """Hear that no more events will come. Must not raise."""
        ...


class Recorder:
    """A running recorder. Its methods may be called from several threads.

    kernel_copy: whether INET and INET6 addresses come from the socket layer's own copy; if
        not, they were read from the caller's memory, before and after the call.
    """

    def __init__(
        self,
        binary: Path,
        *,
        process_ring_bytes: int = PROCESS_RING_BYTES,
        network_ring_bytes: int = NETWORK_RING_BYTES,
    ) -> None:
        """Start it and wait until it hears the kernel.

        binary: from `build_recorder`.
        *_ring_bytes: powers of two, at least a page.
        Raises: UnavailableError when this user or kernel cannot run it.
        """
        if os.geteuid() != 0:
            raise UnavailableError(
                "The recorder hears of program starts only when started by root.",
                "Start as root, or go on without the kernel's record (not under --strict).",
            )
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        # A session of its own: Ctrl-C at the terminal must not end it before the sandboxes.
        self._process = subprocess.Popen(  # noqa: S603 - our own binary, by its path
            [binary, str(process_ring_bytes), str(network_ring_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
            bufsize=0,
        )
        self._orders = cast("IO[bytes]", self._process.stdin)
        self._frames = cast("IO[bytes]", self._process.stdout)
        with contextlib.suppress(PermissionError):  # the user's share of pipe memory is used up
            fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._lock = threading.Lock()
        self._tokens = itertools.count(1)
        self._sinks: dict[int, tuple[int, EventSink]] = {}
        self._answers: dict[int, queue.SimpleQueue[Counts | None]] = {}
        self._started: queue.SimpleQueue[Ready | None] = queue.SimpleQueue()
        self._death: str | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._read, name="seatrial-recorder", daemon=True)
        self._thread.start()
        self.kernel_copy = self._wait_until_ready().kernel_copy

    @property
    def pid(self) -> int:
        """The recorder's process id."""
        return self._process.pid

    @property
    def death(self) -> str | None:
        """Why it ended, or None while it runs."""
        return self._death

    def attach(self, sink: EventSink, *, uid_base: int) -> tuple[int, Counts]:
        """Send `sink` every event of host ids [uid_base, uid_base + 65536) from now on.

        Returns: a token for `drain` and `detach`, and the counters at the start.
        Raises: UnavailableError when the recorder has ended or others hold those ids.
        """
        with self._lock:
            taken = [base for base, _ in self._sinks.values() if abs(base - uid_base) < UID_RANGE]
            if taken:
                raise UnavailableError(
                    f"Host ids from {uid_base} overlap those of a live sandbox, from {taken[0]}.",
                    "Give each sandbox a range of its own.",
                )
            slots = {token % MAX_SANDBOXES for token in self._sinks}
            if len(slots) == MAX_SANDBOXES:
                raise UnavailableError(
                    f"The recorder follows {MAX_SANDBOXES} sandboxes already.",
                    "End some, or start another harness.",
                )
            token = next(one for one in self._tokens if one % MAX_SANDBOXES not in slots)
            self._sinks[token] = (uid_base, sink)
            self._answers[token] = queue.SimpleQueue()
        try:
            return token, self._ask(f"add {token} {uid_base}", token)
        except UnavailableError:
            self._forget(token)
            raise

    def drain(self, token: int) -> Counts:
        """Wait until every event up to now was delivered.

        Raises: UnavailableError when the recorder has ended or does not answer.
        """
        return self._ask(f"drain {token}", token)

    def detach(self, token: int) -> Counts:
        """Drain, then stop following. The sandbox's processes must have ended.

        Raises: as `drain`; the token is void in any case.
        """
        try:
            return self._ask(f"remove {token}", token)
        finally:
            self._forget(token)

    def stop(self) -> None:
        """End the recorder. Sandboxes still attached hear that it died."""
        self._stopping = True
        self._orders.close()
        try:
            self._process.wait(_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        self._frames.close()
        self._errors.close()

    def _ask(self, order: str, token: int) -> Counts:
        answers = self._answers[token]
        try:
            with self._lock:
                if self._death is None:
                    self._orders.write(f"{order}\n".encode())
                else:
                    answers.put(None)
            answer = answers.get(timeout=_ANSWER_SECONDS)
        except (OSError, ValueError, queue.Empty):
            answer = None
        if answer is None:
            raise UnavailableError(
                f"The recorder does not answer: {self._death or 'it hangs'}.",
                "Start the trial again; finished samples are kept.",
            )
        return answer

    def _forget(self, token: int) -> None:
        with self._lock:
            self._sinks.pop(token, None)
            self._answers.pop(token, None)

    def _wait_until_ready(self) -> Ready:
        try:
            ready = self._started.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            ready = None
        if ready is None or ready.protocol != PROTOCOL:
            self.stop()
            raise UnavailableError(
                f"The recorder could not start: {self._death}.",
                "Run `seatrial doctor`; the kernel must let root load tracing programs.",
            )
        return ready

    def _read(self) -> None:
        buffer = bytearray()
        why = "its output ended"
        try:
            while chunk := os.read(self._frames.fileno(), _PIPE_BYTES):
                buffer += chunk
                self._dispatch(buffer)
        except (OSError, ValueError) as error:
            why = f"its output is broken ({error})"
            self._process.kill()
        self._die(why)

    def _dispatch(self, buffer: bytearray) -> None:
        batches: dict[int, list[KernelEvent]] = {}
        for frame in take_frames(buffer):
            match frame:
                case Ready():
                    self._started.put(frame)
                case Counts(token=token):
                    self._deliver(token, batches.pop(token, []))
                    self._tell(frame)
                case ProcessStart(token=token) | NetworkAttempt(token=token):
                    batches.setdefault(token, []).append(frame)
        for token, events in batches.items():
            self._deliver(token, events)

    def _deliver(self, token: int, events: Sequence[KernelEvent]) -> None:
        with self._lock:
            known = self._sinks.get(token)
        if known and events:
            known[1].deliver(events)

    def _tell(self, counts: Counts) -> None:
        with self._lock:
            known = self._sinks.get(counts.token)
            answers = self._answers.get(counts.token)
        if counts.answer and answers:
            answers.put(counts)
        elif known:
            known[1].tell_losses(counts)

    def _die(self, why: str) -> None:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        last = f": {said[-1]}" if said else ""
        with self._lock:
            self._death = "it was stopped" if self._stopping else f"{why}, exit status {code}{last}"
            sinks = [sink for _, sink in self._sinks.values()]
            answers = list(self._answers.values())
        self._started.put(None)
        for sink in sinks:
            sink.tell_death(self._death)
        for waiting in answers:
            waiting.put(None)
