"""Verifier keys given on the command line: as text, or as files of them."""

from collections.abc import Iterable
from pathlib import Path

from seatrial.core.problem import BadInputError
from seatrial.formats.note_key import VerifierKey, read_key, read_keys


def given_keys(given: Iterable[str]) -> tuple[VerifierKey, ...]:
    """Read keys, each given as NAME+ID+KEY or as a file of such lines; each key once.

    Raises: BadInputError for what is neither.
    """
    keys: dict[VerifierKey, None] = {}
    for one in given:
        path = Path(one)
        if path.is_file():
            keys |= dict.fromkeys(read_keys(path.read_bytes(), place=one))
        elif "+" in one:
            keys[read_key(one, place=f"Key {one!r}")] = None
        else:
            raise BadInputError(
                f"{one} is neither a file nor a verifier key.",
                "Give NAME+ID+KEY, or a file with one such key a line.",
            )
    return tuple(keys)
