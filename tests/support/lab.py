"""A lab's endpoint for tests of ordered trials, with planted secrets."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tried import PLAN
from worker_portal import Workplace

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


def ended(place: Workplace) -> list[dict[str, Any]]:
    return [one for one in place.entries() if one["kind"] == "submission.trial-ended"]
