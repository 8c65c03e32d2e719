"""Withdrawal is always possible, never blocks release, and does what was shown before."""

import pytest
from made_up_case import DAY, Driven, every_submission, submission_at

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.review.submission import events as e
from seatrial.review.submission.ending import consequences_of_withdrawal
from seatrial.review.submission.state import Stage, Work, has_access, purge_due

CASES = dict(every_submission())


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Driven:
    kept = CASES[request.param]
    return Driven(
        aggregate=kept.aggregate, state=kept.state, at=kept.at, entries=list(kept.entries)
    )


def test_withdrawal_does_what_was_shown(case: Driven) -> None:
    shown = consequences_of_withdrawal(case.state)
    if case.state.stage is Stage.WITHDRAWN:
        assert (shown.possible, shown.said) == (False, ("The submission is withdrawn already.",))
        with pytest.raises(NotPossibleError, match="is withdrawn: withdrawn is not possible"):
            case.do(e.Withdrawn(), "developer")
        return

    assert shown.possible
    kinds = case.do(e.Withdrawn(), "developer")
    assert shown.revokes_access == ("submission.access-revoked" in kinds)
    assert not has_access(case.state, case.at)
    due = purge_due(case.state)
    assert due == (case.state.finished_at + (shown.retention_days or 0) * DAY)
    assert "decision" in shown.said[-1]


@pytest.mark.parametrize("audience", list(e.Audience))
@pytest.mark.parametrize("withdraw", [False, True])
def test_release_is_possible_in_every_stage(
    case: Driven, audience: e.Audience, *, withdraw: bool
) -> None:
    if withdraw and case.state.stage is not Stage.WITHDRAWN:
        case.do(e.Withdrawn(), "developer")
    case.do(e.ReleasePlanned(audience=audience, on=case.at + DAY), "developer")

    assert case.do(e.Released(audience=audience), "developer")[0] == "submission.released"


def test_a_withdrawn_case_gets_no_report() -> None:
    case = CASES["withdrawn"]
    shown = consequences_of_withdrawal(submission_at("trial").state)

    assert shown.stops_trial == "t1"
    assert shown.ends_review
    assert shown.said == (
        "The evaluator's access ends at once; stored credentials and sessions are revoked.",
        "The trial “t1” is stopped. Its evidence is kept, and not reported on.",
        "The review ends here: no report, recommendation or determination will follow.",
        "Sealed content is destroyed 90 days after the withdrawal, as the terms say.",
        "The ledger keeps that the submission was made and withdrawn.",
        "Release of the model stays wholly the developer's decision.",
    )
    assert case.state.work is Work.TRIAL_RUNNING


def test_what_was_decided_stays() -> None:
    shown = consequences_of_withdrawal(submission_at("closed").state)

    assert not shown.ends_review
    assert shown.said[0] == ("The determination stands: what has been decided stays on record.")
    assert "90 days after this case first ended" in shown.said[1]


def test_sealed_content_of_a_draft_goes_at_once() -> None:
    case = submission_at("offered")
    assert "Sealed content is destroyed at once." in consequences_of_withdrawal(case.state).said

    case.do(e.Withdrawn(), "developer")
    case.do(e.Purged(), "timer")
    assert case.state.purged_at == case.at
    with pytest.raises(NotPossibleError, match="is gone"):
        case.do(e.Purged(), "timer")


def test_a_purged_case_can_still_be_withdrawn() -> None:
    case = submission_at("closed")
    case.do(e.Purged(), "timer", after=90 * DAY)
    shown = consequences_of_withdrawal(case.state)

    assert shown.retention_days is None
    assert "Sealed content is destroyed already." in shown.said
    assert case.do(e.Withdrawn(), "developer") == ["submission.withdrawn"]


def test_a_late_timer_gives_no_access() -> None:
    case = submission_at("open")

    assert has_access(case.state, case.at + 19 * DAY)
    assert not has_access(case.state, case.at + 20 * DAY)
