"""The only place that joins ports to adapters."""

from collections.abc import Mapping

from seatrial.core.canonical import Digest
from seatrial.core.ports import Testbed
from seatrial.tasks.family import Family
from seatrial.tasks.registry import families
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import default_places


def task_families() -> Mapping[str, Family]:
    """Give the task families by name."""
    return families()


def image_digest(name: str) -> Digest:
    """Give the digest of an image this machine holds. Raises: UnavailableError."""
    return ImageStore(default_places().cache).resolve(name).digest


def open_testbed() -> Testbed:
    """Give a testbed for proofs and graders. No agent enters it, so it keeps no journal."""
    places = default_places()
    return OciTestbed(places, ImageStore(places.cache), NullJournalFactory())
