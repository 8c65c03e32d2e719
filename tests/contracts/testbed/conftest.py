import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places, default_places
from seatrial.testbed.sandbox import OciSandbox
from seatrial.testbed.subordinate_ids import own_ranges

IMAGE = "workbench"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """The real image cache, and records that no other test sees."""
    return Places(cache=default_places().cache, runtime=tmp_path / "run")


@pytest.fixture
def testbed(places: Places) -> Iterator[OciTestbed]:
    if os.geteuid() != 0 and not own_ranges():
        pytest.skip("needs root or subordinate ids")
    made = OciTestbed(places, ImageStore(places.cache), NullJournalFactory())
    yield made
    made.close()


@pytest.fixture
def opener(testbed: OciTestbed) -> Callable[..., AbstractAsyncContextManager[OciSandbox]]:
    """Open a sandbox, with changes to the default spec."""

    @asynccontextmanager
    async def open_sandbox(**changes: object) -> AsyncIterator[OciSandbox]:
        spec = SandboxSpec(**({"image": IMAGE} | changes))  # type: ignore[arg-type]  # test helper
        async with testbed.open(spec, label="test") as sandbox:
            yield sandbox

    return open_sandbox
