"""Which commands the API takes, by name; and reading one from a body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from seatrial.core.access.action import Action
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json
from seatrial.faces.api.body import check_lengths
from seatrial.faces.desk.acts import ACTIONS
from seatrial.review.coverage.aggregate import COVERAGE
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.submission.aggregate import SUBMISSION

Steps: TypeAlias = Mapping[str, type[object]]
"""Commands by name: what is to happen, to the record of its facts."""

_SUBMISSION = (
    *("amended", "offered", "terms-proposed", "terms-agreed", "accepted", "declined"),
    *("access-granted", "window-extended", "access-revoked"),
    *("partner-proposed", "partner-agreed", "partner-objected"),
    *("release-planned", "released", "withdrawn", "closed"),
    *("plan-commented", "correction-asked", "correction-answered"),
    *("objected", "objections-rested", "determined"),
)
"""Plans, trials, reviews, reports and recommendations are not here: their facts are taken from
files, which the portal's pages check before it enters their digests."""

SUBMISSION_STEPS: Steps = {name: SUBMISSION.kinds[name] for name in _SUBMISSION}
COVERAGE_STEPS: Steps = {
    name: COVERAGE.kinds[name] for name in ("facts-asked", "facts-given", "answered", "taken-back")
}
INCIDENT_STEPS: Steps = {
    name: INCIDENT.kinds[name]
    for name in (
        *("party-affected", "party-notified", "evidence-frozen"),
        *("clock-answered", "reopened", "closed"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """The frame of a command; the kind says which record its facts are."""

    kind: str
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A command as it was sent. expected: entries that its sender had seen."""

    kind: str
    command: object
    expected: int | None


def read_command(steps: Steps, body: object) -> Wanted:
    """Read a command. Raises: BadInputError naming the field's path."""
    table = dict(cast("Mapping[str, object]", body)) if isinstance(body, Mapping) else {}
    facts = table.pop("facts", None)
    frame = from_json(_Body, table if isinstance(body, Mapping) else body, place="body")
    record = steps.get(frame.kind)
    if record is None:
        raise BadInputError(
            f"body: kind is {frame.kind[:60]!r}, expected one of {', '.join(steps)}.",
            "Choose one; what is missing here is done on the portal's pages.",
        )
    command = from_json(record, facts, place="facts")
    check_lengths(facts, "facts")
    return Wanted(
        kind=frame.kind,
        command=command,
        expected=frame.expected,
    )


def access_of(wanted: Wanted) -> Action:
    """Give the access that a command needs; every command of the API needs one."""
    return ACTIONS[type(wanted.command)]
