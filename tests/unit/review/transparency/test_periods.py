from datetime import UTC, datetime, timedelta, timezone

from seatrial.review.transparency.periods import Quarter, published_quarters, quarter_of


def test_quarters_follow_one_another_without_gap_or_overlap() -> None:
    quarter = Quarter(year=2025, number=1)
    for _ in range(9):
        following = quarter.next()
        assert quarter.ends_at == following.begins_at
        last = quarter.ends_at - timedelta(milliseconds=1)
        assert (quarter_of(last), quarter_of(quarter.ends_at)) == (quarter, following)
        quarter = following
    assert quarter == Quarter(year=2027, number=2)


def test_a_quarter_is_utc_s() -> None:
    late = datetime(2026, 3, 31, 20, tzinfo=timezone(timedelta(hours=-5)))
    assert str(quarter_of(late)) == "2026-Q2"


def test_figures_come_out_one_quarter_late_the_latest_first() -> None:
    first = datetime(2025, 11, 3, tzinfo=UTC)
    assert published_quarters(first, datetime(2026, 3, 31, 23, tzinfo=UTC)) == ()
    out = published_quarters(first, datetime(2026, 7, 1, tzinfo=UTC))
    assert [str(one) for one in out] == ["2026-Q1", "2025-Q4"]
