"""The process that searches one unpacked trial: it meets hostile files, and holds no key.

Started by a worker as `python -m`, with the folder, the trial's name, the archive's digest, and the
detector's file, or `-` for the detectors of this release. Prints one record as JSON.
"""

import json
import resource
import sys
from pathlib import Path

from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.rescan.patterns import compile_detector
from seatrial.adapters.rescan.searching import search_trial
from seatrial.core.canonical import Digest
from seatrial.core.problem import BadInputError
from seatrial.core.record import to_json
from seatrial.review.rescan.detector import read_detector
from seatrial.review.rescan.record import Unread, trial_searched
from seatrial.review.rescan.search import Search, search_as_released, search_with
from seatrial.review.shown import shown

RELEASED = "-"
"""Stands for the detectors of this release."""

MEMORY_BYTES = 8 * 1024**3
"""Of address space: a journal of a GiB and what is parsed of it, a sample as it is read."""

SECONDS = 1800
"""Of processor time, the logs' own process not counted."""


def search_of(detector: str) -> Search:
    """Give the search with a detector's file. Raises: BadInputError."""
    if detector == RELEASED:
        return search_as_released
    rules = read_detector(Path(detector).read_bytes(), place="the detector")
    return search_with(rules, compile_detector(rules, place="the detector"))


def main(folder: str, trial: str, archive: str, detector: str) -> None:
    """Search, and print what was found."""
    search, digest = search_of(detector), Digest(archive)
    try:
        found = search_trial(BundleFolder(Path(folder)), trial, digest, search)
    except BadInputError as problem:
        unread = Unread(where="archive", why=shown(problem.what))
        found = trial_searched(trial, digest, (), (unread,))
    sys.stdout.write(json.dumps(to_json(found)))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(*sys.argv[1:])
