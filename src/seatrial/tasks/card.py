"""A family's card: what it measures, against whom, and how sure we are."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.core.problem import BadInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreatModel:
    """Whom the family's tasks stand for (PROGRAMME: actor, goal, means, assumptions)."""

    actor: str
    goal: str
    means: str
    defender_assumptions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One difficulty setting. values: all allowed ones, easiest first."""

    name: str
    meaning: str
    values: tuple[int | bool | str, ...]
    default: int | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What `card.toml` holds.

    score_version: changes when scores stop being comparable.
    interface_version: changes when callers must change (STYLE point 17).
    image: name of the image the tasks run in.
    capability: one of R8's kinds, e.g. `vulnerability_discovery`.
    """

    family: str
    title: str
    capability: str
    score_version: int
    interface_version: int
    image: str
    threat_model: ThreatModel
    dials: tuple[Dial, ...]
    notes: Mapping[str, str]


def parse_card(text: str, *, place: str) -> Card:
    """Read a card from TOML. place: file name, for the error message.

    Raises: BadInputError naming the field.
    """
    raw = tomllib.loads(text)
    try:
        threat = ThreatModel(**raw["threat_model"])
        dials = tuple(
            Dial(
                name=name,
                meaning=entry["meaning"],
                values=tuple(entry["values"]),
                default=entry["default"],
            )
            for name, entry in raw.get("dials", {}).items()
        )
        for dial in dials:
            if dial.default not in dial.values:
                raise BadInputError(
                    f"{place}: dials.{dial.name}.default is {dial.default!r}, "
                    f"not one of {list(dial.values)}.",
                    "Choose a default from the values.",
                )
        return Card(
            family=raw["family"],
            title=raw["title"],
            capability=raw["capability"],
            score_version=raw["score_version"],
            interface_version=raw["interface_version"],
            image=raw["image"],
            threat_model=threat,
            dials=dials,
            notes=raw.get("notes", {}),
        )
    except (KeyError, TypeError) as error:
        raise BadInputError(
            f"{place}: {error} is missing or misplaced.", "Compare it with another family's card."
        ) from error
