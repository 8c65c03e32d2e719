"""The key of a case: made once, destroyed once; with it goes everything that was sealed to it."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never, get_args

from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.projection import Columns, Projection
from seatrial.core.people import CaseId
from seatrial.core.stages import kind_names, refuse_unless


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade:
    """A case got its key. recipient: the public half, to which content is sealed."""

    case: CaseId
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDestroyed:
    """The key is about to be destroyed. reason: such as the terms' retention."""

    reason: str


Event: TypeAlias = KeyMade | KeyDestroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKey:
    """A case's key after its history. destroyed: nothing sealed to it can be read any more."""

    case: CaseId
    recipient: str
    destroyed: bool = False


def decide(state: CaseKey | None, wanted: Event, _setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    match wanted:
        case KeyMade():
            refuse_unless(state is None, "This case has its key, or had it.", "Use another case.")
        case KeyDestroyed():
            if state is None:
                raise NotPossibleError("This case has no key.", "Nothing is sealed; go on.")
            refuse_unless(not state.destroyed, "The key is destroyed already.", "Nothing to do.")
            refuse_unless(wanted.reason.strip(), "No reason is given.", "Give it.")
        case _:
            assert_never(wanted)
    return (wanted,)


def evolve(state: CaseKey | None, event: Event, _setting: Setting) -> CaseKey:
    """Give the key after an event that `decide` gave."""
    if isinstance(event, KeyMade):
        return CaseKey(case=event.case, recipient=event.recipient)
    if state is None:
        raise TypeError("a key is made before it is destroyed")
    return replace(state, destroyed=True)


def key_stream(case: CaseId) -> StreamId:
    """Give the stream of a case's key."""
    return StreamId(f"case-key/{case}")


def _columns(state: CaseKey | None) -> Columns:
    if state is None:
        return Columns()
    return Columns(stage="destroyed" if state.destroyed else "held", case=state.case)


CASE_KEY: Aggregate[CaseKey | None, Event, Event] = Aggregate(
    name="case-key", initial=None, kinds=kind_names(*get_args(Event)), decide=decide, evolve=evolve
)
CASE_KEYS = Projection(aggregate=CASE_KEY, columns=_columns, kind=CaseKey | None)
