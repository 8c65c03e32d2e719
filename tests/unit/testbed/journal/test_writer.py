"""One journal's file."""

import os
import stat
import threading
from pathlib import Path

import pytest

from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.testbed.journal.reading import read_journal
from seatrial.testbed.journal.writer import JournalWriter


def writer_at(path: Path) -> JournalWriter:
    return JournalWriter(path, sandbox="box", now_ns=lambda: 5)


def test_each_entry_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "box.jsonl"
    writer = writer_at(path)
    for count in range(3):
        writer.append(JournalKind.FILE, {"count": count})
        assert [entry.facts["count"] for entry in read_journal(path)] == list(range(count + 1))
    writer.close()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    writer_at(tmp_path / "box.jsonl").close()

    assert stat.S_IMODE((tmp_path / "box.jsonl").stat().st_mode) == 0o600


def test_an_older_journal_is_not_written_over(tmp_path: Path) -> None:
    writer_at(tmp_path / "box.jsonl").close()

    with pytest.raises(BadInputError, match="There is a journal already"):
        writer_at(tmp_path / "box.jsonl")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        writer_at(tmp_path / "no" / "box.jsonl")


def test_a_failed_write_leaves_whole_lines_and_the_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "box.jsonl"
    writer = writer_at(path)
    writer.append(JournalKind.FILE, {"count": 0})
    write = os.write
    full = iter([False, True])

    def half(fd: int, content: bytes) -> int:
        if next(full, False):
            raise OSError(28, "No space left on device")
        return write(fd, content[:20])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(UnavailableError, match="No space left"):
        writer.append(JournalKind.FILE, {"count": 1})
    assert len(read_journal(path)) == 1

    writer.append(JournalKind.FILE, {"count": 2})  # in pieces of 20 bytes
    assert [entry.facts["count"] for entry in read_journal(path)] == [0, 2]
    writer.close()


def test_facts_that_json_cannot_hold_leave_the_chain_alone(tmp_path: Path) -> None:
    path = tmp_path / "box.jsonl"
    writer = writer_at(path)
    with pytest.raises(ValueError, match=r"."):
        writer.append(JournalKind.FILE, {"size": float("nan")})
    writer.append(JournalKind.FILE, {})
    writer.close()

    assert len(read_journal(path)) == 1


def test_threads_share_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "box.jsonl"
    writer = writer_at(path)

    def write() -> None:
        for _ in range(100):
            writer.append(JournalKind.FILE, {})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    assert len(read_journal(path)) == 400
    assert writer.counts()["file"] == 400


def test_nothing_follows_closing(tmp_path: Path) -> None:
    writer = writer_at(tmp_path / "box.jsonl")
    writer.close()
    writer.close()

    with pytest.raises(RuntimeError, match="is closed"):
        writer.append(JournalKind.FILE, {})


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        with pytest.raises(BadInputError, match="cannot be read"):
            read_journal(path)
