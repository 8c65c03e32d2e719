"""Images: content-addressed root file systems built from Debian packages or imported."""

from seatrial.testbed.images.bootstrap import Progress
from seatrial.testbed.images.definition import (
    ImageDefinition,
    ImageUser,
    known_definitions,
    load_definition,
)
from seatrial.testbed.images.manifest import Manifest, Origin, Package
from seatrial.testbed.images.store import Image, ImageStore

__all__ = [
    "Image",
    "ImageDefinition",
    "ImageStore",
    "ImageUser",
    "Manifest",
    "Origin",
    "Package",
    "Progress",
    "known_definitions",
    "load_definition",
]
