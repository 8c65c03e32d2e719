"""Due times of clocks: hours, days and business days."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from seatrial.core.moment import whole_milliseconds
from seatrial.review.programme.policy import CalendarRules, ClockRule, Weekday

_END_OF_DAY = time(23, 59, 59, 999_000)


def due_at(rule: ClockRule, start: datetime, calendar: CalendarRules, zone: tzinfo) -> datetime:
    """Give when a clock that starts at `start` runs out, in UTC.

    zone: the rules of `calendar.zone`; looking them up needs files, so the caller does.
    Hours are exact. Days keep the wall clock of the zone over a change of summer time. Business
    days count from the day after `start` and run to the end of the last one: what is found late
    in the evening has the same days as what is found in the morning.
    """
    local = start.astimezone(zone)
    if rule.hours is not None:
        # Adding to a local time would count the hours that its wall clock shows.
        return whole_milliseconds(start.astimezone(UTC) + timedelta(hours=rule.hours))
    if rule.days is not None:
        return whole_milliseconds((local + timedelta(days=rule.days)).astimezone(UTC))
    day, left = local.date(), rule.business_days or 0
    while left:
        day += timedelta(days=1)
        left -= is_business_day(day, calendar)
    return whole_milliseconds(datetime.combine(day, _END_OF_DAY, tzinfo=zone).astimezone(UTC))


def is_business_day(day: date, calendar: CalendarRules) -> bool:
    """Tell whether `day` is neither of the weekend nor a holiday."""
    return list(Weekday)[day.weekday()] not in calendar.weekend and day not in calendar.holidays
