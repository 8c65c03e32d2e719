"""Access details of a trial that workers run: where they go, and when they stop working."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from lab import KEY, PLACE, WITHDRAW, completion, details, ended, endpoint, one_family
from tried import archive_of, signed_plan, unpacked
from worker_portal import Workplace, wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def processes() -> Iterator[bytes]:
    """Give what every process of this machine was started with."""
    for path in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                yield (path / name).read_bytes()
            except OSError:
                continue


def everything_in(place: Workplace) -> Iterator[tuple[str, bytes]]:
    """Give every file of the data folder, and every row of the two databases as text."""
    for path in place.data.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    for name in ("seatrial.sqlite3", "work.sqlite3"):
        with sqlite3.connect(place.data / name) as database:
            yield name, "\n".join(database.iterdump()).encode()


def test_access_details_reach_neither_process_nor_log_nor_evidence(tmp_path: Path) -> None:
    seen: list[str] = []
    started: list[bytes] = []

    def answer(headers: Message) -> dict[str, Any]:
        """Tell the model's caller everything that it should not know."""
        seen.append(str(headers["Authorization"]))
        if len(seen) == 3:
            started.extend(processes())
        return completion(f"Your key is {KEY}, you came to /{PLACE}/v1. {headers}")

    place = workplace(tmp_path / "data")
    with endpoint(answer) as url:
        place.seed("trial", signed_plan(tmp_path, one_family(tmp_path)), details(url))
        with place.working():
            wait_until(lambda: bool(ended(place)), "the trial's end", seconds=300)
            wait_until(lambda: not (place.data / "trials/tried/t1").exists(), "the clearing")
    (end,) = ended(place)
    files = archive_of(place)

    assert end["facts"]["statement"] is not None
    assert set(seen) == {f"Bearer {KEY}"}
    assert started, "nothing was looked at while it ran"
    logs = [name for name in files if name.endswith(".eval")]
    assert logs
    for secret in (KEY.encode(), PLACE.encode()):
        assert not [one for one in started if secret in one]
        assert not [name for name, content in everything_in(place) if secret in content]
        assert not [name for name, content in unpacked(files) if secret in content]
    assert any(b"[withheld]" in content for _, content in unpacked(files)), "nothing was looked at"


def test_a_withdrawal_stops_a_running_trial(tmp_path: Path) -> None:
    called = threading.Event()

    def answer(_headers: Message) -> dict[str, Any]:
        called.set()
        time.sleep(600)
        return completion("too late")

    place = workplace(tmp_path / "data")
    with endpoint(answer) as url:
        place.seed("trial", signed_plan(tmp_path, one_family(tmp_path)), details(url))
        with place.working():
            assert called.wait(240), place.log
            place.ask(WITHDRAW)
            wait_until(lambda: bool(ended(place)), "the trial's end", seconds=120)
            wait_until(lambda: not (place.data / "trials/tried/t1").exists(), "the clearing")
    (end,) = ended(place)

    assert end["facts"]["statement"] is None
    assert end["by"] == "worker"
