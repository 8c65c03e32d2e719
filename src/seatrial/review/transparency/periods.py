"""The periods of published figures: quarters, each published once and never changed after."""

from dataclasses import dataclass
from datetime import UTC, datetime

MONTHS = 3
"""Of a period. The longest example clock is 90 days, and a window 30."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Quarter:
    """A quarter of a year, in UTC. number: 1 to 4."""

    year: int
    number: int

    def __str__(self) -> str:
        """Give the name as in addresses, `2026-Q2`."""
        return f"{self.year}-Q{self.number}"

    @property
    def begins_at(self) -> datetime:
        """Give the first moment."""
        return datetime(self.year, (self.number - 1) * MONTHS + 1, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """Give the first moment after it."""
        return self.next().begins_at

    @property
    def published_at(self) -> datetime:
        """Give when its figures are published: as things stand one quarter later.

        By then most of what began in it has come to an end. Figures that went on changing could
        be subtracted from one another.
        """
        return self.next().ends_at

    def next(self) -> "Quarter":
        """Give the quarter after it."""
        year, place = divmod(self.number, 4)
        return Quarter(year=self.year + year, number=place + 1)


def quarter_of(moment: datetime) -> Quarter:
    """Give the quarter that a moment is in."""
    utc = moment.astimezone(UTC)
    return Quarter(year=utc.year, number=(utc.month - 1) // MONTHS + 1)


def published_quarters(first: datetime, now: datetime) -> tuple[Quarter, ...]:
    """Give the quarters whose figures are out, the latest first.

    first: of the programme's entries; there are no figures of the time before.
    """
    found: list[Quarter] = []
    quarter = quarter_of(first)
    while quarter.published_at <= now:
        found.append(quarter)
        quarter = quarter.next()
    return tuple(reversed(found))
