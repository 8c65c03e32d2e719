"""Compile the testbed's small C helpers on first use."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from seatrial.core.problem import UnavailableError

_SOURCES = Path(__file__).parent / "native"
_COMMON = ("-O2", "-Wall", "-Wextra", "-Werror", "-static", "-s")
_FLAGS = {
    "launch": _COMMON,
    "enter": _COMMON,
    "launch_user": _COMMON,
    "peek": _COMMON,
    "watch": _COMMON,
    "tell": _COMMON,
    # No C library: the binary is copied into each sandbox and must be tiny.
    "init": (
        *("-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-nostdlib", "-nostartfiles"),
        *("-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
        "-Wl,-z,norelro,--build-id=none,-z,noseparate-code",
    ),
}
_COMPILE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """The compiled helpers."""

    launch: Path
    launch_user: Path
    enter: Path
    peek: Path
    watch: Path
    tell: Path
    init: Path


def build_native(cache: Path) -> Native:
    """Give the helpers, compiling those whose source or flags are new.

    Raises: UnavailableError when gcc or the static C library is missing.
    """
    folder = cache / "native"
    built = {name: _build(name, folder) for name in _FLAGS}
    return Native(**built)


def _build(name: str, folder: Path) -> Path:
    source = _SOURCES / f"{name}.c"
    flags = _FLAGS[name]
    key = hashlib.sha256(source.read_bytes() + " ".join(flags).encode()).hexdigest()[:16]
    binary = folder / f"{name}-{key}"
    if binary.exists():
        return binary
    compiler = shutil.which("gcc")
    if compiler is None:
        raise UnavailableError(
            "The testbed's helpers cannot be compiled: no gcc.",
            "Run `apt-get install gcc libc6-dev`.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    # Under a name of its own until it is whole: several harnesses may build at once.
    partial = folder / f"{name}-{key}.{os.getpid()}"
    done = subprocess.run(  # noqa: S603 - our own sources, a fixed command
        [compiler, *flags, "-o", str(partial), str(source)],
        capture_output=True,
        text=True,
        timeout=_COMPILE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise UnavailableError(
            f"The testbed's helper {name} did not compile: {done.stderr.strip()[-300:]}",
            "Run `apt-get install gcc libc6-dev`.",
        )
    # Nobody needs to write it; a sandbox that reached it by some way could not either.
    partial.chmod(0o555)
    partial.replace(binary)
    return binary
