"""A submission's window as a bar: geometry only, in the units of its drawing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seatrial.review.submission.state import Submission

WIDTH = 1000
"""Of the drawing; it scales to the page."""

_LEAST = timedelta(days=1)

_SIDES = (-18, 70)
"""Where numbers stand: above and below in turn, so that near ones do not touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment on the bar. x: from the left, 0 to WIDTH. y: of its number, above or below."""

    name: str
    at: datetime
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowBar:
    """used: width of the part that is over. whole: width of the window.

    days: of the window; days_used: of those, begun ones.
    """

    marks: tuple[Mark, ...]
    whole: int
    used: int
    days: int
    days_used: int
    days_left: int


def window_bar(state: Submission, now: datetime) -> WindowBar | None:
    """Give the bar from access to the last of the planned dates; None before access."""
    window = state.window
    if window is None:
        return None
    end = min(window.ended_at or window.ends_at, window.ends_at)
    named = [
        ("Access", window.opened_at),
        ("Window ends", window.ends_at),
        ("Access ended", window.ended_at),
        ("Trusted partners", state.trusted_release.released or state.trusted_release.planned),
        ("Public release", state.public_release.released or state.public_release.planned),
        ("Today", now),
    ]
    shown = [(name, at) for name, at in named if at is not None and at >= window.opened_at]
    span = max(max(at for _, at in shown) - window.opened_at, _LEAST)

    def place(at: datetime) -> int:
        return max(0, min(WIDTH, round((at - window.opened_at) / span * WIDTH)))

    over = min(now, end)
    days = -(-(window.ends_at - window.opened_at) // timedelta(days=1))
    used = -(-max(over - window.opened_at, timedelta(0)) // timedelta(days=1))
    left = max(window.ends_at - now, timedelta(0)) if window.ended_at is None else timedelta(0)
    return WindowBar(
        marks=tuple(
            Mark(name=name, at=at, x=place(at), y=_SIDES[number % len(_SIDES)])
            for number, (name, at) in enumerate(sorted(shown, key=_time))
        ),
        whole=place(window.ends_at),
        used=place(over),
        days=days,
        days_used=used,
        days_left=left // timedelta(days=1),
    )


def _time(shown: tuple[str, datetime]) -> datetime:
    return shown[1]
