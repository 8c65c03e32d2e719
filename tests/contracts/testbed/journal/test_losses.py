"""A full buffer or journal, a stopped or killed recorder: counted and written, never silent."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatrial.core.journal_chain import why_incomplete
from seatrial.core.journal_entry import JournalEntry, JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.recorder import Recorder

pytestmark = pytest.mark.root

PAGE = os.sysconf("SC_PAGE_SIZE")
Make = Callable[..., Any]
Compiled = Callable[..., str]


def lost(entries: tuple[JournalEntry, ...], reason: str) -> int:
    found = [entry.facts for entry in entries if entry.kind is JournalKind.LOST]
    return sum(facts["process"] for facts in found if facts["reason"] == reason)


def processes(entries: tuple[JournalEntry, ...]) -> int:
    return sum(entry.kind is JournalKind.PROCESS for entry in entries)


@pytest.fixture
def own_recorder(recorder_binary: Path) -> Any:
    """A recorder that the test may maltreat, with the smallest buffers there are."""
    recorder = Recorder(recorder_binary, process_ring_bytes=PAGE, network_ring_bytes=PAGE)
    yield recorder
    recorder.stop()


def test_a_flood_within_the_buffer_loses_nothing(
    recorder: Recorder, make_sandbox: Make, compiled: Compiled
) -> None:
    box = make_sandbox(recorder)
    begun = int(box.run(compiled("starts"), "1500"))

    entries = box.entries()
    closed = entries[-1].facts
    assert begun == 1500
    assert processes(entries) == begun + 1
    assert closed["kernel"]["process_seen"] == begun + 1
    assert closed["whole"] is True
    assert why_incomplete(entries) is None


def test_seen_is_written_plus_lost_when_the_buffer_is_tiny(
    own_recorder: Recorder, make_sandbox: Make, compiled: Compiled
) -> None:
    box = make_sandbox(own_recorder)
    os.kill(own_recorder.pid, signal.SIGSTOP)
    begun = int(box.run(compiled("starts"), "300"))
    os.kill(own_recorder.pid, signal.SIGCONT)
    begun += int(box.run(compiled("starts"), "300"))

    entries = box.entries()
    closed = entries[-1].facts
    assert closed["kernel"]["process_seen"] == begun + 2
    assert processes(entries) + closed["kernel"]["process_lost"] == begun + 2
    assert lost(entries, "buffer_full") == closed["kernel"]["process_lost"] > 200
    assert closed["whole"] is False


def test_one_sandbox_flooding_costs_another_nothing(
    own_recorder: Recorder, make_sandbox: Make, compiled: Compiled
) -> None:
    flooder = make_sandbox(own_recorder, label="flooder")
    quiet = make_sandbox(own_recorder, base=flooder.base + 65536, label="quiet")
    os.kill(own_recorder.pid, signal.SIGSTOP)
    flooder.run(compiled("starts"), "100")
    quiet.run("/bin/true")
    os.kill(own_recorder.pid, signal.SIGCONT)

    assert flooder.entries()[-1].facts["kernel"]["process_lost"] > 0
    assert quiet.entries()[-1].facts["kernel"] == {
        "network_lost": 0,
        "network_seen": 0,
        "process_lost": 0,
        "process_seen": 1,
    }
    assert processes(quiet.entries()) == 1


def test_losses_are_written_while_the_sandbox_still_runs(
    own_recorder: Recorder, make_sandbox: Make, compiled: Compiled
) -> None:
    box = make_sandbox(own_recorder)
    os.kill(own_recorder.pid, signal.SIGSTOP)
    box.run(compiled("starts"), "100")
    os.kill(own_recorder.pid, signal.SIGCONT)
    path = box.factory.path_of(box.label)
    for _ in range(100):
        if b'"reason":"buffer_full"' in path.read_bytes():
            break
        time.sleep(0.1)

    assert b'"reason":"buffer_full"' in path.read_bytes()
    assert b'"kind":"closed"' not in path.read_bytes()


def test_what_a_full_journal_cannot_take_is_counted(
    recorder: Recorder, make_sandbox: Make, compiled: Compiled
) -> None:
    box = make_sandbox(recorder, process_bytes=20_000)
    begun = int(box.run(compiled("starts"), "400"))

    entries = box.entries()
    assert lost(entries, "journal_full") > 0
    assert processes(entries) + lost(entries, "journal_full") == begun + 1
    assert entries[-1].facts["whole"] is False


def test_network_attempts_cannot_crowd_out_program_starts(
    recorder: Recorder, make_sandbox: Make
) -> None:
    box = make_sandbox(recorder, network_bytes=5_000)
    box.run(
        "/usr/bin/python3",
        *("-Ic", "import socket\nfor _ in range(200): socket.socket()"),
    )
    box.run("/bin/true")

    entries = box.entries()
    assert processes(entries) == 2
    (full,) = [
        entry.facts
        for entry in entries
        if entry.kind is JournalKind.LOST and entry.facts["reason"] == "journal_full"
    ]
    assert full["network"] > 0
    assert full["process"] == 0


def test_the_recorders_death_is_written_and_refused_under_strict(
    own_recorder: Recorder, make_sandbox: Make, tmp_path: Path
) -> None:
    box = make_sandbox(own_recorder)
    box.run("/bin/true")
    own_recorder.drain(box.journal._token)
    os.kill(own_recorder.pid, signal.SIGKILL)
    while own_recorder.death is None:
        time.sleep(0.01)

    entries = box.entries()
    (death,) = [entry.facts for entry in entries if entry.kind is JournalKind.LOST]
    assert (death["reason"], death["count"]) == ("recorder_died", None)
    assert processes(entries) == 1
    assert entries[-1].facts["kernel"] is None
    assert entries[-1].facts["whole"] is False

    strict = FileJournalFactory(
        tmp_path / "strict", recorder=own_recorder, now_ns=time.time_ns, strict=True
    )
    with pytest.raises(UnavailableError, match="exit status -9"):
        strict.open(sandbox="late", uid_base=box.base)
    late = make_sandbox(own_recorder, label="late")
    assert late.entries()[0].facts["instrument"]["mechanism"] == "none"


def test_no_range_is_followed_twice(own_recorder: Recorder, make_sandbox: Make) -> None:
    box = make_sandbox(own_recorder, label="first")
    with pytest.raises(UnavailableError, match="overlap"):
        make_sandbox(own_recorder, base=box.base + 65535, label="second")
    box.journal.close()

    again = make_sandbox(own_recorder, label="third")
    again.run("/bin/true")
    assert processes(again.entries()) == 1
