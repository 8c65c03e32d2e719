"""Program arguments in an entry: shown up to a bound, sized and digested whole."""

import os
from collections.abc import Mapping, Sequence

from seatrial.core.canonical import Json, digest_bytes
from seatrial.core.raw_text import raw_to_json

ARGV_KEPT_BYTES = 16 * 1024
"""Bytes of argv that an entry shows; the size and digest beside it are of the whole.

Room for any command a person would type and most scripts given on a command line.
"""


def argv_facts(raw: bytes) -> dict[str, Json]:
    """Facts of the arguments in `raw`, each ended by NUL, as the kernel lays them out.

    Returns: argv (cut to ARGV_KEPT_BYTES), argv_bytes and argv_digest (of all of `raw`),
        argv_whole (whether argv is not cut).
    """
    arguments: list[Json] = []
    room = ARGV_KEPT_BYTES
    whole = True
    for argument in raw[:-1].split(b"\0") if raw else ():
        if len(argument) >= room:
            arguments.append(raw_to_json(argument[:room]))
            whole = False
            break
        arguments.append(raw_to_json(argument))
        room -= len(argument) + 1
    return {
        "argv": arguments,
        "argv_bytes": len(raw),
        "argv_digest": digest_bytes(raw),
        "argv_whole": whole,
    }


def command_facts(facts: Mapping[str, Json]) -> dict[str, Json]:
    """Give an EXEC entry's facts with argv as a PROCESS entry has it."""
    argv = facts.get("argv")
    if isinstance(argv, str) or not isinstance(argv, Sequence):
        return dict(facts)
    raw = b"".join(_bytes(one) + b"\0" for one in argv)
    return {**facts, **argv_facts(raw)}


def storable(value: Json) -> Json:
    """Replace text that UTF-8 cannot hold (surrogates standing for bytes) by those bytes."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return raw_to_json(_bytes(value))
        return value
    if isinstance(value, Mapping):
        return {str(storable(key)): storable(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [storable(one) for one in value]
    return value


def _bytes(text: Json) -> bytes:
    try:
        return os.fsencode(str(text))
    except UnicodeEncodeError:  # a surrogate that stands for no byte: keep what the caller had
        return str(text).encode("utf-8", "surrogatepass")
