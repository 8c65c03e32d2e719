"""A rendering of a case as its readers see it: in a person's order, with names and percentages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from seatrial.core.json_text import parse_json
from seatrial.core.moment import read_moment
from seatrial.core.people import PartyId, PersonId
from seatrial.core.problem import BadInputError

ORDER = (
    *("statement", "model", "results", "determination", "window", "trials"),
    *("name", "checkpoint", "developer", "digest", "safeguards"),
    *("capability", "answer", "rate", "low", "high", "tasks", "budget", "threshold", "why"),
    *("official", "office", "finding", "agrees", "reasons", "opened_at", "ended_at"),
    *("trial", "variant"),
)
"""Fields that come first wherever they stand; the others follow as they are."""

DIGITS = 12
"""Of a digest in a table; the whole of it is in the document and in the certificate."""

_PARTIES = frozenset({"developer", "party", "partners"})
_PEOPLE = frozenset({"official", "person"})
_SHARES = frozenset({"rate", "low", "high", "threshold"})
_MOMENTS = frozenset({"opened_at", "ended_at"})
_DIGESTS = frozenset({"plan", "statement"})
_WORDS = frozenset({"capability", "finding", "ending"})
_LABELS = {
    "ml_bom": "bill of materials",
    "low": "lowest likely rate",
    "high": "highest likely rate",
    "why": "by the rule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people call parties and people."""

    party: Callable[[PartyId], str]
    person: Callable[[PersonId], str]


def rendering_view(content: bytes, place: str, names: Names) -> Any:
    """Give what a rendering says, without its frame, in JSON's terms.

    Raises: BadInputError for bytes that are no rendering.
    """
    parsed = parse_json(content, place=place)
    if not isinstance(parsed, Mapping) or "case" not in parsed:
        raise BadInputError(f"{place} is no rendering of a case.", "Render it again.")
    case = cast("Mapping[str, object]", cast("Mapping[str, object]", parsed)["case"])
    return _told("case", case, names)


def _told(name: str, value: object, names: Names) -> Any:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        order = [key for key in ORDER if key in members]
        order += [key for key in members if key not in ORDER]
        return {_LABELS.get(key, key): _told(key, members[key], names) for key in order}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_told(name, one, names) for one in cast("Sequence[object]", value)]
    if isinstance(value, str):
        return _text(name, value, names)
    return f"{value:.1%}" if name in _SHARES and isinstance(value, int | float) else value


def _text(name: str, value: str, names: Names) -> str:
    if name in _PARTIES:
        return names.party(PartyId(value))
    if name in _PEOPLE:
        return names.person(PersonId(value))
    if name in _MOMENTS:
        return f"{read_moment(value):%-d %b %Y, %H:%M} UTC"
    if name in _DIGESTS and value.startswith("sha256:"):
        return f"{value.removeprefix('sha256:')[:DIGITS]}…"
    return value.replace("_", " ").replace("-", " ") if name in _WORDS else value
