"""Trials, proofs and the testbed: ports joined to adapters."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from seatrial import __version__
from seatrial.adapters.clock import SystemClock
from seatrial.adapters.plan_resolution import Surroundings
from seatrial.core.canonical import Digest
from seatrial.core.ports import Testbed
from seatrial.core.problem import UnavailableError
from seatrial.tasks.commitment import SeedSet, seeds_digest
from seatrial.tasks.family import Family
from seatrial.tasks.proof import ProofStore
from seatrial.tasks.registry import families
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.journal.build import build_recorder
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.recorder import Recorder
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


@contextmanager
def journaled_testbed(journal: Path, *, runtime: str, strict: bool) -> Iterator[OciTestbed]:
    """Give a testbed that keeps a journal of every sandbox in the folder `journal`.

    Raises: UnavailableError when the kernel's record cannot be had and strict asks for it.
    """
    places = default_places()
    recorder = _recorder(places.cache, strict=strict)
    try:
        factory = FileJournalFactory(journal, recorder=recorder, now_ns=time.time_ns, strict=strict)
        yield OciTestbed(places, ImageStore(places.cache), factory, runtime=runtime, strict=strict)
    finally:
        if recorder is not None:
            recorder.stop()


def surroundings(read_policy: Callable[[str], bytes], seed_sets: Sequence[SeedSet]) -> Surroundings:
    """Give what a plan's draft is resolved against on this machine."""
    return Surroundings(
        families=families(),
        image_digest=image_digest,
        read_policy=read_policy,
        secret_seeds={seeds_digest(held): tuple(sorted(held.seeds)) for held in seed_sets},
        versions=software_versions(),
    )


def software_versions() -> dict[str, str]:
    """Name the software whose version a trial depends on."""
    return {"seatrial": __version__, "inspect_ai": version("inspect_ai")}


def proof_store() -> ProofStore:
    """Give this user's store of proofs; it keeps no seeds."""
    return ProofStore(default_places().cache / "proofs.jsonl", with_seeds=False)


def clock() -> SystemClock:
    """Give the machine's clock."""
    return SystemClock()


def _recorder(cache: Path, *, strict: bool) -> Recorder | None:
    try:
        return Recorder(build_recorder(cache))
    except UnavailableError:
        if strict:
            raise
        return None
