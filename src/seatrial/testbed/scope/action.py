"""What an agent asks for, one verb and one target at a time."""

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """Kinds of action a policy can speak of."""

    RUN = "run"
    """Start a program. Target: its name or path as written."""
    READ = "read"
    """Read or list a path. Target: absolute path."""
    WRITE = "write"
    """Make, change or remove a path. Target: absolute path."""
    CONNECT = "connect"
    """Reach a host. Target: host name or address, `package-index`, or `unknown`."""
    SIGNAL = "signal"
    """Send a signal. Target: the process number as written, e.g. `-1`."""
    TRACE = "trace"
    """Attach a debugger or tracer. Target: the process number as written."""
    SUBMIT = "submit"
    """Hand in an answer. Target: the tool's name."""
    GIVE_UP = "give_up"
    """Take the sanctioned way out (R6). Target: the tool's name."""
    CALL = "call"
    """Call any other tool. Target: the tool's name."""
    OPAQUE = "opaque"
    """Something that cannot be read in advance. Target: one of `OPAQUE_KINDS`."""


OPAQUE_KINDS = (
    "expansion",  # a value only the shell will know
    "malformed",  # the grammar does not take the text
    "nested",  # text in text in text, deeper than is followed
    "oversized",  # longer than is parsed
    "piped-script",  # a shell that reads its commands from a pipe
    "python",  # program text, read in part
    "script",  # program text of another language, not read
    "tangled",  # costs more to parse than any honest text
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a tool call would do.

    is_pattern: the target holds unquoted `*`, `?` or `[`, which the shell will expand.
    source: the piece of text it was read from, shortened; hostile input.
    """

    verb: Verb
    target: str
    is_pattern: bool = False
    source: str = ""


def describe(action: Action) -> str:
    """Say an action in one printable line, at most 200 characters."""
    return f"{action.verb} {ascii(action.target)[1:-1]}"[:200]
