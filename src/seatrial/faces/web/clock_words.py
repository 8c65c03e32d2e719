"""How much time is left, in words."""

from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def time_left(due: datetime, now: datetime) -> str:
    """Say how long until a moment, or since when it is over; the larger two units."""
    late = now > due
    span = abs(due - now)
    days, rest = divmod(span, _DAY)
    hours, minutes = rest // _HOUR, rest % _HOUR // timedelta(minutes=1)
    if days:
        words = f"{_count(days, 'day')} {_count(hours, 'hour')}" if hours else _count(days, "day")
    else:
        words = f"{_count(hours, 'hour')} {_count(minutes, 'minute')}"
    return f"over since {words}" if late else f"{words} left"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
