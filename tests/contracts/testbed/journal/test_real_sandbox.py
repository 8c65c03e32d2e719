"""The journal of a real sandbox: provider and kernel agree, and its filters hide nothing."""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from seatrial.core.journal_chain import why_incomplete
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.store import ImageStore
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.reading import read_journal
from seatrial.testbed.journal.recorder import Recorder
from seatrial.testbed.oci_testbed import OciTestbed
from seatrial.testbed.places import default_places
from seatrial.testbed.sandbox import OciSandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.root, pytest.mark.anyio]

Compiled = Callable[..., str]
PROGRAM = "/srv/program"
SPEC = SandboxSpec(image="workbench", user="root", workdir="/root")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def journals(recorder: Recorder, tmp_path: Path) -> FileJournalFactory:
    return FileJournalFactory(
        tmp_path / "journal", recorder=recorder, now_ns=time.time_ns, strict=True
    )


@pytest.fixture
def testbed(journals: FileJournalFactory, tmp_path: Path) -> Iterator[OciTestbed]:
    places = default_places()
    places = type(places)(cache=places.cache, runtime=tmp_path / "run")
    made = OciTestbed(places, ImageStore(places.cache), journals)
    yield made
    made.close()


@asynccontextmanager
async def with_program(testbed: OciTestbed, program: str) -> AsyncIterator[OciSandbox]:
    content = Path(program).read_bytes()  # noqa: ASYNC240 - small, and nothing else runs
    async with testbed.open(SPEC, label="box") as sandbox:
        await sandbox.write_file(PROGRAM, content)
        await sandbox.exec(["chmod", "4755", PROGRAM])
        yield sandbox


def read(journals: FileJournalFactory) -> tuple[JournalEntry, ...]:
    return read_journal(journals.path_of("box"))


def facts(entries: tuple[JournalEntry, ...], kind: JournalKind) -> list[Any]:
    return [entry.facts for entry in entries if entry.kind is kind]


def started(journals: FileJournalFactory) -> list[Any]:
    return facts(read(journals), JournalKind.PROCESS)


async def test_every_exec_of_the_provider_is_a_program_start_of_the_kernel(
    testbed: OciTestbed, journals: FileJournalFactory
) -> None:
    async with testbed.open(SPEC, label="box") as sandbox:
        await sandbox.exec(["/bin/echo", "one\ntwo", "\x1b[1m\u202e"])
        await sandbox.exec(["/bin/sleep", "30"], timeout=0.3)
        await sandbox.exec(["/usr/bin/id", "-u"], user="nobody")

    entries = read(journals)
    begun = {one["argv_digest"]: one for one in facts(entries, JournalKind.PROCESS)}
    asked = facts(entries, JournalKind.EXEC)
    assert [one["argv_digest"] in begun for one in asked] == [True, True, True]
    assert begun[asked[0]["argv_digest"]]["argv"] == asked[0]["argv"]
    assert begun[asked[2]["argv_digest"]]["uid"] == 65534
    assert asked[1]["timed_out"] is True
    assert why_incomplete(entries) is None
    assert entries[-1].facts["whole"] is True


async def test_setuid_works_and_is_recorded(
    testbed: OciTestbed, journals: FileJournalFactory, compiled: Compiled
) -> None:
    async with with_program(testbed, compiled("who", "-static")) as sandbox:
        outcome = await sandbox.exec([PROGRAM], user="nobody")

    assert outcome.stdout == b"0\n"
    last = started(journals)[-1]
    assert (last["argv"], last["uid"], last["euid"]) == ([PROGRAM], 65534, 0)


async def test_calls_that_the_sandbox_denies_are_recorded(
    testbed: OciTestbed, journals: FileJournalFactory, compiled: Compiled
) -> None:
    async with with_program(testbed, compiled("old_abi", "-static")) as sandbox:
        await sandbox.exec([PROGRAM])

    attempts = facts(read(journals), JournalKind.NETWORK)
    reached = [
        (one["abi"], one["call"], one["family"], one["before_call"])
        for one in attempts
        if one["family"] == "vsock"
    ]
    assert reached == [("i386", "socket", "vsock", True), ("i386", "socket", "vsock", True)]


async def test_a_survivor_is_recorded_until_the_sandbox_ends(
    testbed: OciTestbed, journals: FileJournalFactory, compiled: Compiled
) -> None:
    async with with_program(testbed, compiled("detach", "-static")) as sandbox:
        await sandbox.exec([PROGRAM])
        for _ in range(50):
            await sandbox.exec(["/bin/sleep", "0.2"])
            if any("detached" in one["argv"] for one in started(journals)):
                break

    assert ["true", "detached"] in [one["argv"] for one in started(journals)]


async def test_sandboxes_side_by_side_have_their_own_events(
    testbed: OciTestbed, journals: FileJournalFactory
) -> None:
    async with testbed.open(SPEC, label="one") as one, testbed.open(SPEC, label="two") as two:
        await one.exec(["/bin/echo", "first"])
        await two.exec(["/bin/echo", "second"])

    echoed = {
        label: [
            entry.facts["argv"]
            for entry in read_journal(journals.path_of(label))
            if entry.kind is JournalKind.PROCESS and entry.facts["executable"] == "echo"
        ]
        for label in ("one", "two")
    }
    assert echoed == {"one": [["/bin/echo", "first"]], "two": [["/bin/echo", "second"]]}


async def test_the_recorder_is_out_of_reach(
    testbed: OciTestbed, journals: FileJournalFactory, recorder: Recorder
) -> None:
    async with testbed.open(SPEC, label="box") as sandbox:
        await sandbox.exec(["sh", "-c", "kill -9 -1; true"])
        await sandbox.exec(["/bin/echo", "after"])
        outcome = await sandbox.exec(["ls", str(journals.path_of("box"))])

    assert outcome.returncode != 0
    os.kill(recorder.pid, 0)
    argv = [one["argv"] for one in facts(read(journals), JournalKind.PROCESS)]
    assert ["/bin/echo", "after"] in argv
