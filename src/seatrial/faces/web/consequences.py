"""What an act in a case does, told before it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from seatrial.review.submission import events as happened
from seatrial.review.submission.ending import consequences_of_withdrawal
from seatrial.review.submission.state import Submission
from seatrial.review.submission.working import running_trial

Sentences = tuple[str, ...]


def _extending(state: Submission) -> Sentences:
    if state.window is None:
        return ()
    latest = state.window.opened_at + timedelta(days=state.rules.extended_maximum_days)
    bounds = [one.released or one.planned for one in (state.trusted_release, state.public_release)]
    last = min([latest, *(one for one in bounds if one is not None)])
    said = f"The window now ends on {in_words(state.window.ends_at)}."
    if last <= state.window.ends_at:
        return (said, "By the policy and the planned releases it cannot end later.")
    return (
        said,
        f"By the policy and the planned releases it can last until {in_words(last)}, no longer.",
    )


def _revoking(state: Submission) -> Sentences:
    running = running_trial(state)
    return (
        (
            "The evaluator's access ends at once, and for good: stored credentials are void from"
            " this moment on."
        ),
        *(
            (f"The trial “{running.trial}” loses the model; its evidence is kept.",)
            if running
            else ()
        ),
        "The review goes on with the evidence that is there. More access needs a new submission.",
        "To end the review too, withdraw.",
    )


def _planning(state: Submission) -> Sentences:
    return (
        (
            f"Planned now: {_on(state.trusted_release.planned)} for trusted partners,"
            f" {_on(state.public_release.planned)} for the public."
        ),
        (
            "A window that would reach beyond an earlier date is shortened to it, and everybody in"
            " the case is told."
        ),
    )


def _released(_state: Submission) -> Sentences:
    return (
        (
            "Say that the model is out, as of now. Releasing is the developer's decision alone;"
            " this entry only says when it happened."
        ),
        "It ends the evaluator's window if it still lasts, and cannot be taken back.",
    )


def _declining(state: Submission) -> Sentences:
    return (
        (
            "The review does not take place. This cannot be taken back; the developer can make"
            " another submission."
        ),
        f"{state.model.name} is judged in no way by it.",
    )


def _closing(state: Submission) -> Sentences:
    days = state.terms.retention_days if state.terms and state.window else 0
    return (
        "The case is over, and cannot be opened again. Certificates stay as they are.",
        f"Sealed content is destroyed {days} days after this.",
    )


def _withdrawing(state: Submission) -> Sentences:
    return consequences_of_withdrawal(state).said


CONSEQUENCES: Mapping[type[object], Callable[[Submission], Sentences]] = {
    happened.WindowExtended: _extending,
    happened.AccessRevoked: _revoking,
    happened.ReleasePlanned: _planning,
    happened.Released: _released,
    happened.Declined: _declining,
    happened.Closed: _closing,
    happened.Withdrawn: _withdrawing,
}


def in_words(moment: datetime) -> str:
    """Give a moment as pages show it."""
    return f"{moment:%-d %b %Y, %H:%M} UTC"


def _on(moment: datetime | None) -> str:
    return in_words(moment) if moment else "no date"
