"""JSON from outside: parsed, or refused with its place."""

import json

from seatrial.core.problem import BadInputError


def parse_json(content: bytes, *, place: str) -> object:
    """Parse JSON from outside.

    Raises: BadInputError for bytes that are no JSON, or that give a field twice.
    """
    try:
        return json.loads(content, object_pairs_hook=_no_twins)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{place} is not JSON: {error}.", "Take the original file.") from error


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a field is given twice")
    return table
