"""Dials: complete what was given with defaults, refuse what the card does not allow."""

from collections.abc import Iterable

from seatrial.core.problem import BadInputError
from seatrial.tasks.card import Card, Dial
from seatrial.tasks.family import Dials, DialValue


def complete_dials(card: Card, given: Dials) -> dict[str, DialValue]:
    """Give every dial of the card a value, in the card's order.

    Raises: BadInputError for an unknown dial or a value outside the card's.
    """
    known = {dial.name: dial for dial in card.dials}
    for name in given:
        if name not in known:
            raise BadInputError(
                f"family {card.family}: there is no dial {name!r}.",
                f"Choose from: {', '.join(known) or 'none'}.",
            )
    return {
        name: _checked(card, dial, given.get(name, dial.default)) for name, dial in known.items()
    }


def parse_dials(card: Card, settings: Iterable[str]) -> dict[str, DialValue]:
    """Read `NAME=VALUE` settings as the command line gives them.

    Raises: BadInputError as `complete_dials`, and for a setting without `=` or given twice.
    """
    given: dict[str, DialValue] = {}
    by_name = {dial.name: dial for dial in card.dials}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise BadInputError(f"dial {setting!r} has no '='.", "Write --dial NAME=VALUE.")
        if name in given:
            raise BadInputError(f"dial {name} is given twice.", "Give each dial once.")
        dial = by_name.get(name)
        matching = [v for v in dial.values if _spelled(v) == text.lower()] if dial else []
        given[name] = matching[0] if matching else text
    return complete_dials(card, given)


def _spelled(value: DialValue) -> str:
    return str(value).lower()


def _checked(card: Card, dial: Dial, value: DialValue) -> DialValue:
    if any(value == v and type(value) is type(v) for v in dial.values):
        return value
    allowed = ", ".join(_spelled(v) for v in dial.values)
    raise BadInputError(
        f"family {card.family}: dial {dial.name} cannot be {value!r}.", f"Choose from: {allowed}."
    )
