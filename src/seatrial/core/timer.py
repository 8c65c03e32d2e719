"""Timers: commands that the software will ask for at a moment, known from the state alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer(Generic[C]):
    """Ask for `wanted` at `at` or later. Earlier it is refused; a late one does no harm."""

    at: datetime
    wanted: C


def due_timers(timers: Iterable[Timer[C]], now: datetime) -> tuple[Timer[C], ...]:
    """Give every timer whose time has come, the first due first.

    All of them: what has become impossible meanwhile (a warning after the window's end) is
    refused when it is asked for, and must not keep what is due after it from being asked for.
    """
    return tuple(sorted((one for one in timers if one.at <= now), key=lambda one: one.at))
