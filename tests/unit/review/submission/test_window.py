"""A window is bounded by policy and release, and ends by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from made_up_case import (
    CREDENTIALS,
    DAY,
    RULES,
    submission_at,
)

from seatrial.review.programme.policy import Extender
from seatrial.review.submission import events as e
from seatrial.review.submission.state import has_access


class TestWindow:
    def test_is_never_over_the_maximum(self) -> None:
        case = submission_at("plan signed")
        grant = e.AccessGranted(ends_at=case.at + 31 * DAY, credentials=CREDENTIALS)

        assert case.refused(grant, "developer") == (
            "The window would end at 2026-07-03T14:00:00.000Z; by the policy a window lasts at"
            " most 30 days, here until 2026-07-02T14:00:00.000Z."
        )

    def test_is_extended_by_the_developer_within_the_maximum(self) -> None:
        case = submission_at("open")
        opened = case.at
        longer = e.WindowExtended(ends_at=opened + 30 * DAY)

        assert "only be entered by the developer" in case.refused(longer, "evaluator")
        assert "lasts until" in case.refused(
            e.WindowExtended(ends_at=opened + 20 * DAY), "developer"
        )
        assert "at most 30 days" in case.refused(
            e.WindowExtended(ends_at=opened + 31 * DAY), "developer", 19 * DAY
        )
        assert "window ended" in case.refused(longer, "developer", 20 * DAY)
        case.do(longer, "developer", after=19 * DAY)
        assert case.state.window.ends_at == opened + 30 * DAY

    def test_is_not_extended_where_the_policy_knows_no_extension(self) -> None:
        case = submission_at("open")
        rules = replace(RULES, extended_by=Extender.NOBODY)
        case.state = replace(case.state, rules=rules)

        assert "no extension" in case.refused(
            e.WindowExtended(ends_at=case.at + 25 * DAY), "developer"
        )

    def test_warns_once_and_again_after_an_extension(self) -> None:
        case = submission_at("open")
        case.do(e.WindowWarned(days=7), "timer", after=13 * DAY)
        assert "was given" in case.refused(e.WindowWarned(days=7), "timer")

        case.do(e.WindowExtended(ends_at=case.at + 10 * DAY), "developer")
        assert case.state.window.warned == ()

    def test_ends_with_an_earlier_planned_release(self) -> None:
        case = submission_at("open")
        sooner = case.at + 5 * DAY
        kinds = case.do(
            e.ReleasePlanned(audience=e.Audience.TRUSTED_PARTNERS, on=sooner), "developer"
        )

        assert kinds == ["submission.release-planned", "submission.window-shortened"]
        assert case.state.window.ends_at == sooner
        assert "beyond a release" in case.refused(
            e.WindowExtended(ends_at=sooner + DAY), "developer"
        )

    @pytest.mark.parametrize("audience", list(e.Audience))
    def test_ends_with_the_release(self, audience: e.Audience) -> None:
        case = submission_at("open")

        assert case.do(e.Released(audience=audience), "developer") == [
            "submission.released",
            "submission.access-revoked",
        ]
        assert case.state.window.ending is e.Ending.RELEASED
        assert "was entered at" in case.refused(e.Released(audience=audience), "developer")

    def test_keeps_two_separate_dates(self) -> None:
        case = submission_at("accepted")
        for audience, days in ((e.Audience.TRUSTED_PARTNERS, 40), (e.Audience.PUBLIC, 60)):
            case.do(e.ReleasePlanned(audience=audience, on=case.at + days * DAY), "developer")
        case.do(e.ReleasePlanned(audience=e.Audience.PUBLIC, on=None), "developer")

        assert case.state.trusted_release.planned == case.at + 40 * DAY
        assert case.state.public_release.planned is None
        assert "is past" in case.refused(
            e.ReleasePlanned(audience=e.Audience.PUBLIC, on=case.at), "developer"
        )

    def test_several_extensions_reach_the_maximum_and_not_a_millisecond_more(self) -> None:
        case = submission_at("open")
        opened, moment = case.state.window.opened_at, timedelta(milliseconds=1)
        for days in (21, 25, 29):
            case.do(e.WindowExtended(ends_at=opened + days * DAY), "developer", after=DAY)
        latest = opened + RULES.extended_maximum_days * DAY

        assert "at most" in case.refused(e.WindowExtended(ends_at=latest + moment), "developer")
        case.do(e.WindowExtended(ends_at=latest), "developer")
        assert "lasts until" in case.refused(e.WindowExtended(ends_at=latest), "developer")
        assert case.state.window.extensions == 4

    def test_days_are_of_24_hours_whatever_summer_time_does(self) -> None:
        """A zone's wall clock lengthens no window: the end counts as a moment."""
        zone = ZoneInfo("America/New_York")
        case = submission_at("plan signed")
        case.at = datetime(2026, 10, 20, 12, tzinfo=UTC)
        same_wall_clock = case.at.astimezone(zone) + 30 * DAY
        grant = e.AccessGranted(ends_at=same_wall_clock, credentials=CREDENTIALS)

        assert "at most 30 days" in case.refused(grant, "developer")
        case.do(replace(grant, ends_at=case.at + 30 * DAY), "developer")

    def test_access_is_over_at_the_end_itself(self) -> None:
        case = submission_at("open")
        ends_at = case.state.window.ends_at

        assert has_access(case.state, ends_at - timedelta(milliseconds=1))
        assert not has_access(case.state, ends_at)

    @pytest.mark.parametrize(
        ("wanted", "kinds"),
        [
            (e.AccessRevoked(ending=e.Ending.REVOKED, reason="Now."), ["access-revoked"]),
            (e.Withdrawn(), ["access-revoked", "withdrawn"]),
            (e.Released(audience=e.Audience.PUBLIC), ["released", "access-revoked"]),
        ],
    )
    def test_what_comes_after_the_end_finds_it_expired(
        self, wanted: object, kinds: list[str]
    ) -> None:
        """No worker ran for three days: nobody had access in them, and nothing says so."""
        case = submission_at("open")
        ends_at = case.state.window.ends_at
        at = kinds.index("access-revoked")
        expected = [*kinds[:at], "window-expired", *kinds[at:]]
        happened = case.do(wanted, "developer", after=ends_at - case.at + 3 * DAY)

        assert happened == [f"submission.{one}" for one in expected]
        assert case.state.window.ending is e.Ending.EXPIRED
        assert case.state.window.ended_at == ends_at

    def test_a_late_timer_ends_it_at_its_end(self) -> None:
        case = submission_at("open")
        ends_at = case.state.window.ends_at
        case.do(e.WindowExpired(), "timer", after=ends_at - case.at + 3 * DAY)

        assert case.state.window.ended_at == ends_at
