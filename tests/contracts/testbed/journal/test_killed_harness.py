"""kill -9 of the harness loses no written entry and leaves no recorder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seatrial.core.journal_chain import why_incomplete
from seatrial.core.journal_entry import JournalKind
from seatrial.testbed.journal.reading import read_journal

HARNESS = """
import sys, time
from pathlib import Path
from seatrial.core.journal_entry import JournalKind
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.recorder import Recorder
recorder = Recorder(Path(sys.argv[2])) if len(sys.argv) > 2 else None
factory = FileJournalFactory(Path(sys.argv[1]), recorder=recorder, now_ns=time.time_ns)
journal = factory.open(sandbox="box", uid_base=0x5FFF0000)
print(recorder.pid if recorder else 0, flush=True)
count = 0
while True:
    journal.record(JournalKind.FILE, {"path": "x" * 5000, "count": count})
    count += 1
    sys.stdout.write(f"{count}\\n")
    sys.stdout.flush()
"""


def kill_while_writing(*arguments: str) -> tuple[int, int]:
    """Give the recorder's pid and how many entries the harness knew to be written."""
    harness = subprocess.Popen(
        [sys.executable, "-c", HARNESS, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert harness.stdout
    recorder = int(harness.stdout.readline())
    for _ in range(200):
        harness.stdout.readline()
    os.kill(harness.pid, signal.SIGKILL)
    told = harness.communicate()[0].splitlines()
    written = [int(line) for line in told if line]
    return recorder, written[-1] if written else 200


def test_every_entry_whose_writing_returned_is_there(tmp_path: Path) -> None:
    _, written = kill_while_writing(str(tmp_path))

    entries = read_journal(tmp_path / "box.jsonl", torn_end=True)
    assert len(entries) >= written >= 200
    assert [entry.facts["count"] for entry in entries] == list(range(len(entries)))
    assert why_incomplete(entries) is not None


@pytest.mark.root
def test_the_recorder_ends_with_its_harness(tmp_path: Path, recorder_binary: Path) -> None:
    recorder, _ = kill_while_writing(str(tmp_path), str(recorder_binary))

    deadline = time.monotonic() + 10
    while Path(f"/proc/{recorder}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{recorder}").exists()
    assert read_journal(tmp_path / "box.jsonl", torn_end=True)[0].kind is JournalKind.FILE
