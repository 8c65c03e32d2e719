"""A month with windows as rows: which days each covers."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from seatrial.core.people import CaseId
from seatrial.review.submission.state import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of a year, in UTC."""

    year: int
    month: int

    def __str__(self) -> str:
        """Give the name as in addresses, `2026-06`."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> date:
        """Give its first day."""
        return date(self.year, self.month, 1)

    @property
    def days(self) -> int:
        """Give how many days it has."""
        return monthrange(self.year, self.month)[1]

    @property
    def before(self) -> "Month":
        """Give the month before it."""
        return month_of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """Give the month after it."""
        return month_of(self.first + timedelta(days=self.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A window in a month, in days of the month: blank before, covered, blank after.

    begins_at, ends_at: of the window itself. ended: access is over. begins, ends: in this month.
    """

    case: CaseId
    state: Submission
    begins_at: datetime
    ends_at: datetime
    ended: bool
    before: int
    covered: int
    after: int
    begins: bool
    ends: bool


def month_of(day: date) -> Month:
    """Give the month that a day is in."""
    return Month(year=day.year, month=day.month)


def row_of(case: CaseId, state: Submission, month: Month) -> Row | None:
    """Give a window's row; None when there is no window, or none of its days is in the month."""
    window = state.window
    if window is None:
        return None
    ends_at = window.ended_at or window.ends_at
    first, last = _day(window.opened_at), _day(ends_at)
    start, end = month.first, month.first + timedelta(days=month.days - 1)
    if last < start or first > end:
        return None
    before = max(0, (first - start).days)
    after = max(0, (end - last).days)
    return Row(
        case=case,
        state=state,
        begins_at=window.opened_at,
        ends_at=ends_at,
        ended=window.ended_at is not None,
        before=before,
        covered=month.days - before - after,
        after=after,
        begins=first >= start,
        ends=last <= end,
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
