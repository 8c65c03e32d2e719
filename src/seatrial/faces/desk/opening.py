"""Opening an incident: the policy's clocks, started by its own calendar."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId
from seatrial.core.problem import UnavailableError
from seatrial.faces.desk.policy import PolicyInForce
from seatrial.review.incident.events import Opened, Source
from seatrial.review.incident.opening import start_clocks


def incident_opened(
    rules: PolicyInForce,
    *,
    source: Source,
    case: CaseId | None,
    title: str,
    account: Digest,
    known_at: datetime,
    affected: tuple[PartyId, ...],
) -> Opened:
    """Give the command that opens an incident.

    account: digest of a sealed account. known_at: when it was noticed; the clocks run from then.
    Raises: UnavailableError when this machine does not know the calendar's zone.
    """
    zone = rules.policy.calendar.zone
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnavailableError(
            f"This machine does not know the zone {zone} of the policy's calendar.",
            "Install the time zones (the tzdata package), or correct the policy.",
        ) from error
    return Opened(
        source=source,
        case=case,
        title=title,
        account=account,
        known_at=known_at,
        policy=rules.digest,
        clocks=start_clocks(rules.policy, known_at, known),
        affected=affected,
    )
