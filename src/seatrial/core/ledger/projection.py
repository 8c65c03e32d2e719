"""What of a state becomes columns of its row, for lists."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from seatrial.core.canonical import canonical_json
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.aggregate import Aggregate
from seatrial.core.people import CaseId, PartyId
from seatrial.core.record import from_json, to_json

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a stream is found by, besides its name: a person in it, a digest, a party it concerns.

    value: what is looked for. sort: as what it is there; of a person in a case, the role.
    past: it was so, and is no more.
    """

    value: str
    sort: str
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What lists are filtered and sorted by.

    stage: in the aggregate's own words. party: whose it is. case: whose confidentiality covers
    it. title: what people call it. begins, ends: of the time it is about, such as a window's.
    marks: any number, in a table of their own.
    """

    stage: str = ""
    party: PartyId | None = None
    case: CaseId | None = None
    title: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    marks: frozenset[Mark] = frozenset()


def no_columns(_state: object) -> Columns:
    """Give nothing: for things that no list shows."""
    return Columns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Generic[S, C, E]):
    """An aggregate and how its states become rows.

    columns: pure.
    kind: what a state is read back as, in the terms of `from_json`; None: the initial's class.
    """

    aggregate: Aggregate[S, C, E]
    columns: Callable[[S], Columns] = no_columns
    kind: object = None

    def write_state(self, state: S) -> str:
        """Give the one spelling of a state."""
        return canonical_json(to_json(state)).decode()

    def read_state(self, text: str, *, place: str) -> S:
        """Read a state back. Raises: BadInputError when it is none of this aggregate."""
        kind = type(self.aggregate.initial) if self.kind is None else self.kind
        parsed = parse_json(text.encode(), place=place)
        return from_json(cast("type[S]", kind), parsed, place=place)
