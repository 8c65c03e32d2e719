"""Journals in a folder, with a recorder played by the test."""

import itertools
import os
from pathlib import Path
from typing import Any, cast

import pytest

from seatrial.core.journal_chain import why_incomplete
from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.testbed.instrument import JournalFactory, SandboxJournal
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.frames import Actor, Counts, ProcessFlag, ProcessStart
from seatrial.testbed.journal.reading import read_journal
from seatrial.testbed.journal.recorder import Recorder

COUNTS = Counts(
    token=1,
    answer=True,
    process_seen=0,
    process_lost=0,
    network_seen=0,
    network_lost=0,
    machine_missed=7,
)


class PlayedRecorder:
    """Answers as told: `final` is what detach gives; None hangs."""

    kernel_copy = True
    death: str | None = None
    final: Counts | None = COUNTS

    def attach(self, sink: Any, *, uid_base: int) -> tuple[int, Counts]:
        del uid_base
        self.sink = sink
        return 1, COUNTS

    def detach(self, token: int) -> Counts:
        assert token == 1
        if self.final is None:
            raise UnavailableError("The recorder does not answer.", "Start again.")
        return self.final


def started(kernel_ns: int) -> ProcessStart:
    return ProcessStart(
        token=1,
        kernel_ns=kernel_ns,
        who=Actor(pid=1, ppid=0, host_pid=9, host_tid=9, uid=5, euid=5),
        flags=ProcessFlag(0),
        argc=1,
        filename=b"/x",
        interpreter=b"/x",
        executable=b"x",
        argv=b"x\0",
        argv_total=2,
        inode=3,
    )


def factory_at(folder: Path, recorder: Any = None, **settings: Any) -> FileJournalFactory:
    clock = itertools.count(10**18)
    return FileJournalFactory(
        folder, recorder=cast("Recorder", recorder), now_ns=lambda: next(clock), **settings
    )


def facts_of(path: Path, kind: JournalKind) -> list[Any]:
    return [entry.facts for entry in read_journal(path) if entry.kind is kind]


def test_it_fits_the_port(tmp_path: Path) -> None:
    factory: JournalFactory = factory_at(tmp_path)
    journal: SandboxJournal = factory.open(sandbox="box", uid_base=0)
    journal.close()


@pytest.mark.parametrize("label", ["plain", "family/0003 epoch 2", "../../etc/x", "ü\n", ".", ".."])
def test_any_label_gives_one_file_in_the_folder(tmp_path: Path, label: str) -> None:
    factory = factory_at(tmp_path / "journals")
    factory.open(sandbox=label, uid_base=0).close()

    (path,) = (tmp_path / "journals").iterdir()
    assert path == factory.path_of(label)
    assert read_journal(path)[0].sandbox == label


def test_without_a_recorder_the_opening_entry_says_what_is_lost(tmp_path: Path) -> None:
    factory = factory_at(tmp_path)
    journal = factory.open(sandbox="box", uid_base=0)
    journal.record(JournalKind.OPENED, {"image": "i"})
    journal.record(JournalKind.EXEC, {"argv": ["a", "b\udcff"], "cwd": "/\udc80"})
    journal.record(JournalKind.CLOSED, {"reason": "done"})
    journal.close()

    entries = read_journal(factory.path_of("box"))
    opened, command, closed = (entry.facts for entry in entries)
    assert opened["image"] == "i"
    assert opened["instrument"] == {
        "mechanism": "none",
        "guarantees_lost": [
            "program starts of the sandbox are not recorded",
            "network attempts of the sandbox are not recorded",
        ],
    }
    assert command["cwd"] == {"base64": "L4A="}
    assert command["argv_bytes"] == 5
    assert (closed["reason"], closed["kernel"], closed["whole"]) == ("done", None, False)
    assert why_incomplete(entries) is None


def test_closing_alone_writes_the_closing_entry(tmp_path: Path) -> None:
    factory = factory_at(tmp_path)
    journal = factory.open(sandbox="box", uid_base=0)
    journal.close()
    journal.close()

    (closed,) = facts_of(factory.path_of("box"), JournalKind.CLOSED)
    assert closed["reason"] == "closed"
    with pytest.raises(RuntimeError, match="after the closing entry"):
        journal.record(JournalKind.FILE, {})


def test_strict_needs_a_live_recorder(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no recorder runs"):
        factory_at(tmp_path, strict=True).open(sandbox="box", uid_base=0)
    dead = PlayedRecorder()
    dead.death = "it fell over"
    with pytest.raises(UnavailableError, match="it fell over"):
        factory_at(tmp_path, dead, strict=True).open(sandbox="box", uid_base=0)
    assert list(tmp_path.iterdir()) == []


def test_events_are_written_in_the_kernels_order(tmp_path: Path) -> None:
    recorder = PlayedRecorder()
    factory = factory_at(tmp_path, recorder)
    journal = factory.open(sandbox="box", uid_base=0)
    recorder.sink.deliver([started(300), started(100), started(200)])
    journal.close()

    starts = facts_of(factory.path_of("box"), JournalKind.PROCESS)
    assert [facts["kernel_ns"] for facts in starts] == ["100", "200", "300"]


def test_losses_are_written_as_they_grow(tmp_path: Path) -> None:
    recorder = PlayedRecorder()
    factory = factory_at(tmp_path, recorder)
    journal = factory.open(sandbox="box", uid_base=0)
    for lost in (2, 2, 5):
        recorder.sink.tell_losses(
            Counts(
                token=1,
                answer=False,
                process_seen=9,
                process_lost=lost,
                network_seen=4,
                network_lost=1,
                machine_missed=7,
            )
        )
    recorder.final = Counts(
        token=1,
        answer=True,
        process_seen=9,
        process_lost=6,
        network_seen=4,
        network_lost=1,
        machine_missed=9,
    )
    journal.close()

    path = factory.path_of("box")
    told = facts_of(path, JournalKind.LOST)
    assert [(one["reason"], one["process"], one["network"], one["count"]) for one in told] == [
        ("buffer_full", 2, 1, 3),
        ("buffer_full", 3, 0, 3),
        ("buffer_full", 1, 0, 1),
        ("kernel_missed", 2, None, 2),
    ]
    (closed,) = facts_of(path, JournalKind.CLOSED)
    assert closed["kernel"] == {
        "network_lost": 1,
        "network_seen": 4,
        "process_lost": 6,
        "process_seen": 9,
    }
    assert closed["whole"] is False


def test_a_recorder_that_hangs_is_written_down(tmp_path: Path) -> None:
    recorder = PlayedRecorder()
    recorder.final = None
    factory = factory_at(tmp_path, recorder)
    factory.open(sandbox="box", uid_base=0).close()

    (told,) = facts_of(factory.path_of("box"), JournalKind.LOST)
    assert (told["reason"], told["count"]) == ("recorder_hangs", None)


def test_a_full_disk_in_the_recorders_thread_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = PlayedRecorder()
    factory = factory_at(tmp_path, recorder)
    journal = factory.open(sandbox="box", uid_base=0)

    def full(_fd: int, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        recorder.sink.deliver([started(1), started(2)])
        recorder.sink.tell_death("it fell over")
    journal.close()

    path = factory.path_of("box")
    (told,) = facts_of(path, JournalKind.LOST)
    assert (told["reason"], told["process"]) == ("journal_full", 2)
    (closed,) = facts_of(path, JournalKind.CLOSED)
    assert closed["whole"] is False


def test_addresses_without_the_kernels_copy_are_a_lost_guarantee(tmp_path: Path) -> None:
    recorder = PlayedRecorder()
    recorder.kernel_copy = False
    factory = factory_at(tmp_path, recorder)
    journal = factory.open(sandbox="box", uid_base=0)
    journal.record(JournalKind.OPENED, {})
    journal.close()

    (opened,) = facts_of(factory.path_of("box"), JournalKind.OPENED)
    assert opened["instrument"] == {
        "mechanism": "ebpf",
        "guarantees_lost": ["addresses were read from the caller's memory"],
    }


@pytest.mark.parametrize(("runtime", "whole"), [("crun", True), ("runsc", False)])
def test_a_runtime_with_a_kernel_of_its_own_is_a_lost_guarantee(
    tmp_path: Path, runtime: str, *, whole: bool
) -> None:
    factory = factory_at(tmp_path, PlayedRecorder())
    journal = factory.open(sandbox="box", uid_base=0)
    journal.record(JournalKind.OPENED, {"runtime": runtime})
    journal.close()

    (opened,) = facts_of(factory.path_of("box"), JournalKind.OPENED)
    (closed,) = facts_of(factory.path_of("box"), JournalKind.CLOSED)
    assert bool(opened["instrument"]["guarantees_lost"]) is not whole
    assert closed["whole"] is whole


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnavailableError, match="cannot be made"):
        factory_at(tmp_path / "file" / "journals").open(sandbox="box", uid_base=0)
