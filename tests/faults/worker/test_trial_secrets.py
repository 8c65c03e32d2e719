"""Access details of a trial that workers run: where they go, and when they stop working."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tried import PLAN, archive_of, signed_plan, unpacked
from worker_portal import Workplace, wait_until, workplace

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

KEY = "sk-planted-71c0f3"
PLACE = "planted-place-9a4e"

WITHDRAW = """
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor
from seatrial.faces.web.accounts.models import Account
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import Withdrawn
dora = Account.objects.get(name="dora").person_id
setting = Setting(at=the_clock().now(), actor=Actor(person=dora, party="lab", by="test"))
stream = StreamId("submission/tried")
the_ledger().handle(SUBMISSION, stream, Withdrawn(reason=""), setting, case="tried")
answer = None
"""


@contextmanager
def endpoint(answer: Callable[[Message], Any]) -> Iterator[str]:
    """Serve a lab's endpoint; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            content = json.dumps(answer(self.headers)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{PLACE}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def completion(text: str) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
    }


def details(url: str) -> str:
    return (
        f'model = "openai-api/lab/m-1"\nbase_url = "{url}"\napi_key = "{KEY}"\n'
        "price_input = 1\nprice_output = 1\n"
    )


def one_family(folder: Path) -> Path:
    """Write a plan of two samples."""
    text = PLAN.read_text()
    first, second = text.index("[[suite]]"), text.rindex("[[suite]]")
    draft = folder / "plan.toml"
    draft.write_text(text[:first] + text[second:])
    return draft


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


def ended(place: Workplace) -> list[dict[str, Any]]:
    return [one for one in place.entries() if one["kind"] == "submission.trial-ended"]


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
