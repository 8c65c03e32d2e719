"""Guards of closing and purging, and what a withdrawal would do (R22)."""

from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.moment import show_moment
from seatrial.core.stages import refuse_unless
from seatrial.core.words import check_issued
from seatrial.review.submission.events import Closed, Purged
from seatrial.review.submission.state import Stage, Submission, Work, purge_due
from seatrial.review.submission.working import running_trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What happens when the developer withdraws now. said: the same in sentences, for people.

    retention_days: sealed content is destroyed this long after the withdrawal; None: it is gone.
    """

    possible: bool
    revokes_access: bool
    stops_trial: str | None
    ends_review: bool
    retention_days: int | None
    said: tuple[str, ...]


def check_closing(state: Submission, wanted: Closed) -> None:
    """Refuse to close while a trial runs or the developer waits for an answer."""
    refuse_unless(wanted.reason.strip(), "Closing goes on record.", "Give a reason.")
    check_issued(wanted.reason, place="reason of the closing")
    running = running_trial(state)
    refuse_unless(
        running is None,
        f"The trial {running.trial if running else ''} has not handed its evidence in.",
        "Enter how it ended.",
    )
    refuse_unless(
        all(one.taken is not None for one in state.corrections),
        "A factual correction of the developer waits for its answer.",
        "Answer it first.",
    )


def check_purge(state: Submission, wanted: Purged, setting: Setting) -> None:
    """Refuse to destroy sealed content early, twice, or while an incident holds it."""
    due = purge_due(state)
    refuse_unless(state.purged_at is None, "Sealed content is gone.", "Nothing is left to do.")
    refuse_unless(
        not wanted.holds,
        f"Incidents hold the sealed content: {', '.join(wanted.holds)}.",
        "Close them first.",
    )
    if due is not None:
        refuse_unless(
            setting.at >= due,
            f"By the terms sealed content stays until {show_moment(due)}.",
            "Wait until then.",
        )


def consequences_of_withdrawal(state: Submission) -> Consequences:
    """Tell the developer, before it withdraws, what that does. Nothing of it concerns release."""
    running = running_trial(state)
    finished = state.stage in (Stage.CLOSED, Stage.DECLINED, Stage.WITHDRAWN)
    retention = state.terms.retention_days if state.terms and state.window else 0
    return Consequences(
        possible=state.stage is not Stage.WITHDRAWN,
        revokes_access=state.stage is Stage.OPEN,
        stops_trial=running.trial if running else None,
        ends_review=not finished and state.work is not Work.DETERMINED,
        retention_days=None if state.purged_at else retention,
        said=tuple(_sentences(state, retention)),
    )


def _sentences(state: Submission, retention: int) -> Iterator[str]:
    if state.stage is Stage.WITHDRAWN:
        yield "The submission is withdrawn already."
        return
    if state.stage is Stage.OPEN:
        yield "The evaluator's access ends at once; stored credentials and sessions are revoked."
    running = running_trial(state)
    if running:
        yield f"The trial “{running.trial}” is stopped. Its evidence is kept, and not reported on."
    if state.determination:
        yield "The determination stands: what has been decided stays on record."
    else:
        yield "The review ends here: no report, recommendation or determination will follow."
    if state.purged_at:
        yield "Sealed content is destroyed already."
    elif retention:
        since = "this case first ended" if state.finished_at else "the withdrawal"
        yield f"Sealed content is destroyed {retention} days after {since}, as the terms say."
    else:
        yield "Sealed content is destroyed at once."
    yield "The ledger keeps that the submission was made and withdrawn."
    yield "Release of the model stays wholly the developer's decision."
