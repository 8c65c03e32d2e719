"""The wish to end, by a signal; light, so that it is heard while everything else is imported."""

import signal
import time
from dataclasses import dataclass

STOP_SECONDS = 0.2
"""Within which a wish to end is seen."""


@dataclass(slots=True)
class Stop:
    """A wish to end, from a signal's handler: it takes no lock, which the main thread may hold."""

    asked: bool = False

    def wait(self, seconds: float) -> None:
        """Wait, or less when the wish comes."""
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(min(STOP_SECONDS, seconds))


def stop_by_signal() -> Stop:
    """Give the wish that SIGINT and SIGTERM express from now on."""
    stop = Stop()

    def end(_number: int, _frame: object) -> None:
        stop.asked = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop
