"""A case's history as people read it: who did what, when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from seatrial.core.ledger.port import Recorded
from seatrial.core.people import PartyId, PersonId

_WORDS = frozenset(
    {
        "reason",
        "reasons",
        "how",
        "nature",
        "office",
        "finding",
        "answer",
        "days",
        "ends_at",
        "on",
        "audience",
        "variant",
        "trial",
        "ending",
        "question",
        "clock",
        "title",
    }
)
"""Facts that are shown in a line. The others are digests or records; the entry has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry. said: facts in words, each with its name. index: of its leaf in the ledger."""

    at: datetime
    what: str
    person: PersonId | None
    party: PartyId | None
    by: str
    said: tuple[tuple[str, str], ...]
    index: int


def timeline(entries: Iterable[Recorded]) -> list[Line]:
    """Give a history's lines, the latest first."""
    return [
        Line(
            at=one.entry.at,
            what=one.entry.kind.partition(".")[2].replace("-", " "),
            person=one.entry.actor.person,
            party=one.entry.actor.party,
            by=one.entry.actor.by,
            said=tuple(
                (name.replace("_", " "), str(value))
                for name, value in one.entry.facts.items()
                if name in _WORDS and value not in ("", None)
            ),
            index=one.index,
        )
        for one in reversed(tuple(entries))
    ]
