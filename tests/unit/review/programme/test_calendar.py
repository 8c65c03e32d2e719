"""Clocks run out at a moment that anyone can compute by hand."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_case import POLICY

from seatrial.core.moment import show_moment
from seatrial.review.programme.calendar import due_at, is_business_day
from seatrial.review.programme.policy import ClockRule

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY_EVENING = datetime(2026, 7, 17, 22, 30, tzinfo=NEW_YORK)
CLOCKS = {one.name: one for one in POLICY.clock}


@pytest.mark.parametrize(
    ("start", "clock", "due"),
    [
        (FRIDAY_EVENING, "first-notice", "2026-07-21T02:30:00.000Z"),
        # Monday, Tuesday, Wednesday, Thursday, to the end of the day in New York.
        (FRIDAY_EVENING, "material-notice", "2026-07-24T03:59:59.999Z"),
        # Thanksgiving is a Thursday: Wednesday, Friday, Monday, Tuesday.
        (datetime(2026, 11, 24, 9, tzinfo=NEW_YORK), "material-notice", "2026-12-02T04:59:59.999Z"),
        # Summer time ends on 1 November: nine in the morning stays nine in the morning.
        (datetime(2026, 10, 15, 9, tzinfo=NEW_YORK), "report", "2026-11-14T14:00:00.000Z"),
        (datetime(2026, 10, 15, 9, tzinfo=NEW_YORK), "follow-up", "2027-01-13T14:00:00.000Z"),
        # Hours are exact over the change.
        (datetime(2026, 10, 31, 9, tzinfo=NEW_YORK), "first-notice", "2026-11-03T13:00:00.000Z"),
    ],
)
def test_due_times(start: datetime, clock: str, due: str) -> None:
    assert show_moment(due_at(CLOCKS[clock], start, POLICY.calendar, NEW_YORK)) == due


def test_holidays_and_weekends_are_no_business_days() -> None:
    days = [date(2026, 7, 3), date(2026, 7, 4), date(2026, 7, 5), date(2026, 7, 6)]

    assert [is_business_day(one, POLICY.calendar) for one in days] == [False, False, False, True]


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(NEW_YORK)),  # noqa: DTZ001 - the zone is given apart
    days=st.integers(1, 30),
)
def test_the_last_business_day_is_the_nth_after_the_start(start: datetime, days: int) -> None:
    """Counted another way: over every day from the start to the due day."""
    rule = ClockRule(name="c", duty="", business_days=days)
    due = due_at(rule, start, POLICY.calendar, NEW_YORK).astimezone(NEW_YORK).date()
    between = [start.date() + timedelta(days=n) for n in range(1, (due - start.date()).days + 1)]

    assert sum(is_business_day(one, POLICY.calendar) for one in between) == days
    assert is_business_day(due, POLICY.calendar)
