"""The detectors of this release as one: its version, and a digest of the files that it is."""

from functools import cache
from importlib.resources import files

from seatrial import __version__
from seatrial.core.canonical import Digest, canonical_json, digest_bytes

NAME = "seatrial"
"""Of the detectors that come with the software."""

VERSION = __version__

_SOURCES = ("command_rules.py", "integrity.py", "network_rules.py")
"""Files of `seatrial.review` that say what a sign of cheating is."""


@cache
def released_rules() -> Digest:
    """Give the digest over the rules' own files: another release with the same rules has it too."""
    folder = files("seatrial.review")
    digests = {name: digest_bytes((folder / name).read_bytes()) for name in _SOURCES}
    return digest_bytes(canonical_json(digests))
