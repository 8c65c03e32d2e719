"""Inspect's own conformance checks of a sandbox provider, all of them, per runtime and user.

No check is expected to fail, under no runtime. What gVisor lacks beyond these checks is in
test_runsc.py.
"""

import inspect
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox import self_check

from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.inspect_provider import (
    OciSandboxConfig,
    OciSandboxEnvironment,
    use_testbed,
)
from seatrial.testbed.instrument import NullJournalFactory
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import Places

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]

Check = Callable[[SandboxEnvironment], Awaitable[None]]

CHECKS: dict[str, Check] = {name: getattr(self_check, name) for name in self_check.__all__}

USERS = {"root": "/root", "agent": "/home/agent"}


@pytest.fixture(params=["crun", "runc", "runsc"])
def runtime(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture(params=list(USERS))
def user(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def sandbox_env(runtime: str, user: str, places: Places) -> AsyncIterator[SandboxEnvironment]:
    testbed = OciTestbed(places, ImageStore(places.cache), NullJournalFactory(), runtime=runtime)
    config = OciSandboxConfig(user=user, workdir=USERS[user])
    with use_testbed(testbed):
        made = await OciSandboxEnvironment.sample_init("self-check", config, {})
    try:
        yield made["default"]
    finally:
        await OciSandboxEnvironment.sample_cleanup("self-check", config, made, interrupted=False)
        testbed.close()


@pytest.mark.parametrize("name", sorted(CHECKS))
async def test_inspects_own_check(name: str, sandbox_env: SandboxEnvironment) -> None:
    check = CHECKS[name]
    assert list(inspect.signature(check).parameters) == ["sandbox_env"]
    await check(sandbox_env)
