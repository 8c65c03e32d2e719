"""A rendering of a case as its readers see it: in a person's order, with names and percentages."""

from collections.abc import Mapping, Sequence
from typing import cast

from seatrial.core.json_text import parse_json
from seatrial.core.moment import read_moment
from seatrial.core.people import PartyId, PersonId
from seatrial.core.problem import BadInputError
from seatrial.faces.web.names import party_name, person_name

ORDER = ("statement", "model", "results", "determination", "window", "trials")
"""Parts that come first; the others follow as they are."""

_PARTIES = frozenset({"developer", "party", "partners"})
_PEOPLE = frozenset({"official", "person"})
_SHARES = frozenset({"rate", "low", "high", "threshold"})
_MOMENTS = frozenset({"opened_at", "ended_at"})
_LABELS = {
    "ml_bom": "bill of materials",
    "low": "lowest likely rate",
    "high": "highest likely rate",
    "why": "by the rule",
}


def rendering_view(content: bytes, place: str) -> object:
    """Give what a rendering says, without its frame, in JSON's terms.

    Raises: BadInputError for bytes that are no rendering.
    """
    parsed = parse_json(content, place=place)
    if not isinstance(parsed, Mapping) or "case" not in parsed:
        raise BadInputError(f"{place} is no rendering of a case.", "Render it again.")
    case = cast("Mapping[str, object]", cast("Mapping[str, object]", parsed)["case"])
    names = [name for name in ORDER if name in case]
    names += [name for name in case if name not in ORDER]
    return {_LABELS.get(name, name): _told(name, case[name]) for name in names}


def _told(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return {_LABELS.get(key, key): _told(key, one) for key, one in members.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_told(name, one) for one in cast("Sequence[object]", value)]
    if isinstance(value, str):
        return _text(name, value)
    return f"{value:.1%}" if name in _SHARES and isinstance(value, int | float) else value


def _text(name: str, value: str) -> str:
    if name in _PARTIES:
        return party_name(PartyId(value))
    if name in _PEOPLE:
        return person_name(PersonId(value))
    if name in _MOMENTS:
        return f"{read_moment(value):%-d %b %Y, %H:%M} UTC"
    return value.replace("_", " ") if name == "capability" else value
