"""Compile the probe's program on first use."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from seatrial.core.problem import UnavailableError

_SOURCES = Path(__file__).parent / "native"
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror", "-static", "-s")
_COMPILE_SECONDS = 120
_REMEDY = "Run `apt-get install gcc libc6-dev`."


def build_probe(cache: Path) -> Path:
    """Give the static program, compiling it when its sources are new. cache: `Places.cache`.

    Raises: UnavailableError when gcc or the static C library is missing.
    """
    sources = sorted(_SOURCES.glob("*.[ch]"))
    digest = hashlib.sha256(" ".join(_FLAGS).encode())
    for source in sources:
        digest.update(source.name.encode() + source.read_bytes())
    binary = cache / "native" / f"probe-{digest.hexdigest()[:16]}"
    if binary.exists():
        return binary
    compiler = shutil.which("gcc")
    if compiler is None:
        raise UnavailableError("The containment probe cannot be compiled: no gcc.", _REMEDY)
    binary.parent.mkdir(parents=True, exist_ok=True)
    # Under a name of its own until it is whole: several harnesses may build at once.
    partial = binary.with_suffix(f".{os.getpid()}")
    units = [str(source) for source in sources if source.suffix == ".c"]
    done = subprocess.run(  # noqa: S603 - our own sources, a fixed command
        [compiler, *_FLAGS, "-o", str(partial), *units],
        capture_output=True,
        text=True,
        timeout=_COMPILE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise UnavailableError(
            f"The containment probe did not compile: {done.stderr.strip()[-300:]}", _REMEDY
        )
    partial.replace(binary)
    return binary
