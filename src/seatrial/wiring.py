"""The only place that joins ports to adapters."""

from collections.abc import Mapping

from seatrial.core.canonical import Digest
from seatrial.tasks.family import Family
from seatrial.tasks.registry import families
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.places import default_places


def task_families() -> Mapping[str, Family]:
    """Give the task families by name."""
    return families()


def image_digest(name: str) -> Digest:
    """Give the digest of an image this machine holds. Raises: UnavailableError."""
    return ImageStore(default_places().cache).resolve(name).digest
