"""A command for a sandbox, as asked for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as asked for. cwd: relative to the workdir. timeout: seconds."""

    argv: tuple[str, ...]
    stdin: bytes = b""
    cwd: str | None = None
    env: Mapping[str, str] | None = None
    user: str | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The host's process that brings a command into a sandbox.

    keep: descriptors it needs beside the standard streams, under their own numbers.
    """

    program: str
    argv: tuple[str, ...]
    keep: tuple[int, ...]
