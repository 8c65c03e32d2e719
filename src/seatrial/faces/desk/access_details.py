"""Sealed access details as an ordered trial needs them: TOML that the developer wrote."""

import tomllib
from dataclasses import dataclass
from typing import Any

from seatrial.core.problem import BadInputError

REFERENCE = "reference/"
"""Begins a reference model's name; written here too, as Inspect takes seconds to import."""

_REMEDY = (
    "The developer amends them; docs/how-to/run-workers.md shows their form. Until then run the"
    " trial with `seatrial trial run` and hand its evidence in."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDetails:
    """How to reach one variant. model: an Inspect model name, or `reference/NAME`.

    base_url, api_key: empty for a reference model. price_*: USD per million tokens.
    """

    model: str
    base_url: str
    api_key: str
    price_input: float | None
    price_output: float | None


def read_access_details(content: bytes, variant: str) -> AccessDetails:
    """Read access details. What `[variants."NAME"]` says replaces what stands above.

    Raises: BadInputError, which repeats nothing of them.
    """
    try:
        given = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        # The parser's message would quote them.
        raise BadInputError("The sealed access details are no TOML.", _REMEDY) from None
    own = given.get("variants", {})
    own = own.get(variant, {}) if isinstance(own, dict) else {}
    merged = {**given, **(own if isinstance(own, dict) else {})}
    model = _text(merged, "model")
    if not model:
        raise BadInputError("The sealed access details name no model.", _REMEDY)
    base_url, api_key = _text(merged, "base_url"), _text(merged, "api_key")
    if not model.startswith(REFERENCE) and not (base_url and api_key):
        raise BadInputError("The sealed access details lack base_url or api_key.", _REMEDY)
    return AccessDetails(
        model=model,
        base_url=base_url,
        api_key=api_key,
        price_input=_number(merged, "price_input"),
        price_output=_number(merged, "price_output"),
    )


def _text(given: dict[str, Any], name: str) -> str:
    found = given.get(name, "")
    if not isinstance(found, str):
        raise BadInputError(f"{name} in the sealed access details is no text.", _REMEDY)
    return found


def _number(given: dict[str, Any], name: str) -> float | None:
    found = given.get(name)
    if found is None:
        return None
    if (
        isinstance(found, bool)
        or not isinstance(found, int | float)
        or not 0 <= found < float("inf")
    ):
        raise BadInputError(f"{name} in the sealed access details is no price.", _REMEDY)
    return float(found)
