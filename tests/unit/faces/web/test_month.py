from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from seatrial.core.people import CaseId
from seatrial.faces.web.clock_words import time_left
from seatrial.faces.web.month import Month, month_of, row_of

JUNE = Month(year=2026, month=6)


def submission(opened: datetime, ends: datetime, ended: datetime | None = None) -> Any:
    window = SimpleNamespace(opened_at=opened, ends_at=ends, ended_at=ended)
    return SimpleNamespace(window=window)


@pytest.mark.parametrize(
    ("opened", "ends", "parts"),
    [
        ((2026, 5, 20), (2026, 6, 3), (0, 3, 27)),
        ((2026, 6, 10), (2026, 6, 10), (9, 1, 20)),
        ((2026, 6, 28), (2026, 7, 20), (27, 3, 0)),
        ((2026, 5, 1), (2026, 7, 20), (0, 30, 0)),
    ],
)
def test_a_windows_row_fills_the_month(
    opened: tuple[int, int, int], ends: tuple[int, int, int], parts: tuple[int, int, int]
) -> None:
    state = submission(datetime(*opened, 22, tzinfo=UTC), datetime(*ends, 23, tzinfo=UTC))
    row = row_of(CaseId("case"), state, JUNE)

    assert row is not None
    assert (row.before, row.covered, row.after) == parts
    assert (row.begins, row.ends) == (opened[1] == 6, ends[1] == 6)


def test_access_that_ended_early_ends_the_bar_and_another_month_has_no_row() -> None:
    state = submission(
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2026, 6, 20, tzinfo=UTC),
        datetime(2026, 5, 30, tzinfo=UTC),
    )

    assert row_of(CaseId("case"), state, JUNE) is None
    assert row_of(CaseId("case"), SimpleNamespace(window=None), JUNE) is None  # type: ignore[arg-type]  # a state without a window


def test_months_follow_one_another_over_the_year() -> None:
    december = month_of(date(2026, 12, 31))

    assert (str(december), str(december.after), str(december.after.before)) == (
        "2026-12",
        "2027-01",
        "2026-12",
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3 * 86_400 + 3_600, "3 days 1 hour left"),
        (86_400, "1 day left"),
        (3_660, "1 hour 1 minute left"),
        (-7_200, "over since 2 hours 0 minutes"),
    ],
)
def test_what_is_left_of_a_clock_is_said_in_words(seconds: int, words: str) -> None:
    now = datetime(2026, 6, 2, tzinfo=UTC)

    assert time_left(now + timedelta(seconds=seconds), now) == words
