"""A case's history as people read it: who did what, when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from seatrial.core.ledger.port import Recorded
from seatrial.core.moment import read_moment
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
    """One entry. said: facts in words. index: of its leaf in the ledger."""

    at: datetime
    what: str
    person: PersonId | None
    party: PartyId | None
    by: str
    said: tuple["Said", ...]
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One fact in words. quoted: a person wrote it."""

    name: str
    text: str
    quoted: bool


_WRITTEN = frozenset({"reason", "reasons", "how", "nature", "question", "title"})
"""Facts that people wrote: they are quoted."""

_MOMENTS = frozenset({"ends_at", "on"})

_CHOSEN = frozenset({"audience", "ending", "finding", "answer", "clock"})
"""Facts of a few values that are spelt with hyphens."""


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
                _said(name, str(value))
                for name, value in one.entry.facts.items()
                if name in _WORDS and value not in ("", None)
            ),
            index=one.index,
        )
        for one in reversed(tuple(entries))
    ]


def _said(name: str, value: str) -> Said:
    if name in _MOMENTS:
        value = f"{read_moment(value):%-d %b %Y, %H:%M} UTC"
    elif name in _CHOSEN:
        value = value.replace("-", " ")
    return Said(name=name.replace("_", " "), text=value, quoted=name in _WRITTEN)
