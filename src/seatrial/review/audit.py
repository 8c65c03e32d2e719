"""What leaves the portal, as an aggregate: exports of the ledger, and rows past their time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, get_args

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.stages import Side, check_side, kind_names, refuse_unless


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTaken:
    """Somebody is about to take an export of the ledger: the facts of every case, no content."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsRemoved:
    """Rows about what was refused are removed, past their time. before: the rows' own moments."""

    before: datetime
    rows: int


Event: TypeAlias = LedgerTaken | RefusalsRemoved


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How often the ledger was taken, and how many rows about refusals were removed."""

    taken: int = 0
    removed: int = 0


def decide(_state: Audit, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    if isinstance(wanted, RefusalsRemoved):
        check_side(Side.SOFTWARE, setting, wanted, developer=None)
        refuse_unless(wanted.rows > 0, "No row is past its time.", "Nothing is left to do.")
        return (wanted,)
    check_side(Side.PERSON, setting, wanted, developer=None)
    refuse_unless(wanted.purpose.strip(), "Taking an export goes on record.", "Say what for.")
    return (wanted,)


def evolve(state: Audit, event: Event, _setting: Setting) -> Audit:
    """Give the state after an event that `decide` gave."""
    if isinstance(event, RefusalsRemoved):
        return replace(state, removed=state.removed + event.rows)
    return replace(state, taken=state.taken + 1)


AUDIT: Aggregate[Audit, Event, Event] = Aggregate(
    name="audit",
    initial=Audit(),
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
