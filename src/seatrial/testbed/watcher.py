"""A small process that cleans up as soon as its harness is gone, however it went."""

import os
import sys

from seatrial.testbed.native_build import Native
from seatrial.testbed.places import Places
from seatrial.testbed.records import Records
from seatrial.testbed.spawn import safe_pipe, spawn

_CLEAN = (
    "import pathlib, sys; sys.path[:0] = sys.argv[1].split(':'); "
    "from seatrial.testbed.clean import clean; from seatrial.testbed.places import Places; "
    "clean(Places(cache=pathlib.Path(sys.argv[2]), runtime=pathlib.Path(sys.argv[3])))"
)


def start_watcher(native: Native, places: Places) -> tuple[int, int]:
    """Start the watcher. Returns: its pid, and the descriptor whose end it waits for."""
    read, write = safe_pipe()
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        pid = spawn(
            str(native.watch),
            [
                str(Records(places.runtime).folder),
                *(sys.executable, "-I", "-c", _CLEAN),
                ":".join(sys.path),
                str(places.cache),
                str(places.runtime),
            ],
            stdin=read,
            stdout=null,
            stderr=null,
        )
    finally:
        os.close(read)
        os.close(null)
    return pid, write
