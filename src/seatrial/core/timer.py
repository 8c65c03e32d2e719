"""Timers: commands that the software will ask for at a moment, known from the state alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer(Generic[C]):
    """Ask for `wanted` at `at` or later. Earlier it is refused; a late one does no harm."""

    at: datetime
    wanted: C
