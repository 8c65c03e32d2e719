"""Moments: aware datetimes in UTC, whole milliseconds, with one spelling."""

from datetime import UTC, datetime

_ZERO = "+00:00"


def show_moment(moment: datetime) -> str:
    """Give the one spelling, as in `2026-06-02T14:00:00.000Z`; less than a millisecond is cut.

    Raises: ValueError for a moment without a zone.
    Source: RFC 3339, of which this is one of many spellings.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    # Not by strftime: lists read and compare thousands.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix(_ZERO) + "Z"


def read_moment(text: str) -> datetime:
    """Read the one spelling back.

    Raises: ValueError for any other.
    """
    # Only UTC: at the ends of time, other zones cannot be turned into it.
    found = datetime.fromisoformat(text) if text.endswith("Z") else None
    if found is None or show_moment(found) != text:
        raise ValueError(f"{text!r} is not spelt as in 2026-06-02T14:00:00.000Z")
    return found


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut what the spelling cannot hold, so that a moment equals itself read back."""
    return read_moment(show_moment(moment))
