"""A small aggregate for tests of the ledger: a lamp that is raised and lowered, never below 0."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.projection import Columns, Mark, Projection
from seatrial.core.people import Actor, CaseId, PartyId, PersonId

START = datetime(2026, 6, 2, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    height: int = 0
    moves: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Leads to as many steps of one as `by` has; with words, to one entry more."""

    by: int
    words: str = ""


def decide(lamp: Lamp, command: Move, _setting: Setting) -> tuple[Moved | Spoken, ...]:
    if lamp.height + command.by < 0:
        raise NotPossibleError(f"The lamp is at {lamp.height}.", "Lower it by less.")
    step = 1 if command.by > 0 else -1
    moves = tuple(Moved(by=step) for _ in range(abs(command.by)))
    return (*moves, *((Spoken(words=command.words),) if command.words else ()))


def evolve(lamp: Lamp, event: Moved | Spoken, _setting: Setting) -> Lamp:
    if isinstance(event, Moved):
        return Lamp(height=lamp.height + event.by, moves=lamp.moves + 1, words=lamp.words)
    return Lamp(height=lamp.height, moves=lamp.moves, words=(*lamp.words, event.words))


def columns(lamp: Lamp) -> Columns:
    return Columns(
        stage="up" if lamp.height else "down",
        party=PartyId("p"),
        case=CaseId("c"),
        title=lamp.words[-1] if lamp.words else f"lamp at {lamp.height}",
        begins=START if lamp.height else None,
        marks=frozenset(
            Mark(value=word, sort="word", past=word != lamp.words[-1])
            for word in lamp.words
            if word.isalnum()
        ),
    )


LAMP: Aggregate[Lamp, Move, Moved | Spoken] = Aggregate(
    name="lamp",
    initial=Lamp(),
    kinds={"moved": Moved, "spoken": Spoken},
    decide=decide,
    evolve=evolve,
)
LAMPS = Projection(aggregate=LAMP, columns=columns)


def lamp(name: str) -> StreamId:
    return StreamId(f"lamp/{name}")


def setting(seconds: float = 0, *, person: str = "ada") -> Setting:
    """The moment so many seconds after START, and who acts."""
    actor = Actor(person=PersonId(person), party=PartyId("p"), by="test")
    return Setting(at=START + timedelta(seconds=seconds), actor=actor)
