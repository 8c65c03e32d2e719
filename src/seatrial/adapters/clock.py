"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Wall time of this machine."""

    def now(self) -> datetime:
        """Give the present in UTC."""
        return datetime.now(tz=UTC)
