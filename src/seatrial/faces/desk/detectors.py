"""A detector's file that somebody hands in: read, compiled, and not the software's own name."""

from seatrial.adapters.rescan.patterns import compile_detector
from seatrial.adapters.rescan.released import NAME
from seatrial.core.problem import BadInputError
from seatrial.review.rescan.detector import Detector, read_detector


def check_detector(content: bytes, *, place: str) -> Detector:
    """Read a detector's file and compile its patterns. Raises: BadInputError."""
    detector = read_detector(content, place=place)
    if detector.name == NAME:
        raise BadInputError(
            f"{place}: name is {NAME!r}, which the software's own detectors have.",
            "Give the detector another name.",
        )
    compile_detector(detector, place=place)
    return detector
