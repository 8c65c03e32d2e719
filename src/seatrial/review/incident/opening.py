"""An incident's clocks, started from the policy."""

from datetime import datetime, tzinfo

from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.review.incident.events import Clock
from seatrial.review.programme.calendar import due_at
from seatrial.review.programme.policy import ProgrammePolicy


def start_clocks(policy: ProgrammePolicy, known_at: datetime, zone: tzinfo) -> tuple[Clock, ...]:
    """Give every clock of the policy with its due time, the first due first.

    known_at: when the incident was noticed. zone: of `policy.calendar.zone`.
    Raises: NotPossibleError when they would run beyond the calendar's last year.
    """
    try:
        clocks = [
            Clock(name=rule.name, duty=rule.duty, due=due_at(rule, known_at, policy.calendar, zone))
            for rule in policy.clock
        ]
    except OverflowError as error:
        raise NotPossibleError(
            f"No clock can run from {known_at.isoformat()}.", "Say when it was noticed."
        ) from error
    return tuple(sorted(clocks, key=lambda one: (one.due, one.name)))
