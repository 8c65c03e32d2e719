"""What auditors take out of the portal, as an aggregate: each export of the ledger is an entry."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.stages import Side, check_side, kind_names, refuse_unless


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTaken:
    """Somebody is about to take an export of the ledger: the facts of every case, no content."""

    purpose: str


Event: TypeAlias = LedgerTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How often the ledger was taken."""

    taken: int = 0


def decide(_state: Audit, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    check_side(Side.PERSON, setting, wanted, developer=None)
    refuse_unless(wanted.purpose.strip(), "Taking an export goes on record.", "Say what for.")
    return (wanted,)


def evolve(state: Audit, _event: Event, _setting: Setting) -> Audit:
    """Give the state after an event that `decide` gave."""
    return replace(state, taken=state.taken + 1)


AUDIT: Aggregate[Audit, Event, Event] = Aggregate(
    name="audit",
    initial=Audit(),
    kinds=kind_names(LedgerTaken),
    decide=decide,
    evolve=evolve,
)
