"""Where the testbed keeps things on this machine."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders of the testbed.

    cache: images and compiled helpers; may be deleted, costs a rebuild.
    runtime: records of live sandboxes; on a file system that a reboot empties.
    """

    cache: Path
    runtime: Path


def default_places() -> Places:
    """Read SEATRIAL_CACHE and SEATRIAL_RUNTIME, else the XDG folders, else the system's."""
    uid = os.geteuid()
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("SEATRIAL_CACHE") or home / "seatrial")
    if given := os.environ.get("SEATRIAL_RUNTIME"):
        return Places(cache=cache, runtime=Path(given))
    if uid == 0:
        return Places(cache=cache, runtime=Path("/run/seatrial"))
    base = os.environ.get("XDG_RUNTIME_DIR")
    runtime = Path(base) / "seatrial" if base else Path(tempfile.gettempdir()) / f"seatrial-{uid}"
    return Places(cache=cache, runtime=runtime)
