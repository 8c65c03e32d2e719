"""Endpoints as they are met: each speaks the protocol with a habit of its own.

A habit is asked with a request and gives a whole HTTP answer; the name of the model chooses it.
Every one of them submits at its second turn, when it gets so far.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """cut: close the connection after half of the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False


Habit: TypeAlias = Callable[[int, int], Answer]
"""From turn and number of the request within it to the answer."""


def call(name: str, arguments: object, call_id: str = "call_1") -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def say(
    *calls: dict[str, Any],
    content: str | None = None,
    finish: object = "stop",
    usage: object = USAGE,
    **more: object,
) -> Answer:
    message: dict[str, Any] = {"role": "assistant", "content": content, **more}
    if calls:
        message["tool_calls"] = list(calls)
    body: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if usage != "left out":
        body["usage"] = usage
    return Answer(body=json.dumps(body).encode())


SUBMIT = say(call("submit", '{"answer": "done"}', "call_9"), finish="tool_calls")


def first(answer: Answer) -> Habit:
    """Answer so at the first turn, then submit."""
    return lambda turn, _: SUBMIT if turn else answer


def failing(answer: Answer, times: int) -> Habit:
    """Fail so often at the first turn, then submit."""
    return lambda turn, number: answer if turn == 0 and number < times else SUBMIT


ERROR = json.dumps({"error": {"message": "busy", "type": "server_error"}}).encode()

HABITS: Mapping[str, Habit] = {
    "plain": first(say(content="I begin.")),
    "no-usage": first(say(content="I begin.", usage="left out")),
    "null-usage": first(say(content="I begin.", usage=None)),
    "zero-usage": first(
        say(
            content="I begin.",
            usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        )
    ),
    "finish-null": first(say(content="I begin.", finish=None)),
    "finish-eos": first(say(content="I begin.", finish="eos")),
    "finish-stop-with-call": first(
        say(call("submit", '{"answer": "done"}'), content="", finish="stop")
    ),
    "finish-length": first(say(content="I beg", finish="length")),
    "content-filter": first(say(content="", finish="content_filter")),
    "arguments-broken": first(say(call("submit", '{"answer": "do'), finish="tool_calls")),
    "arguments-object": first(say(call("submit", {"answer": "done"}), finish="tool_calls")),
    "arguments-list": first(say(call("submit", "[1, 2]"), finish="tool_calls")),
    "arguments-empty": first(say(call("submit", ""), finish="tool_calls")),
    "unknown-tool": first(say(call("browse", '{"url": "x"}'), finish="tool_calls")),
    "empty": first(say(content="")),
    "null-content": first(say(content=None)),
    "silent": lambda _turn, _number: say(content=""),
    "reasoning": first(say(content="I begin.", reasoning_content="Hm.", reasoning="Hm.")),
    "long": first(say(content="word " * 400_000)),
    "same-ids": first(
        say(
            call("browse", '{"url": "x"}', "same"),
            call("browse", '{"url": "y"}', "same"),
            finish="tool_calls",
        )
    ),
    "no-choices": first(
        Answer(body=json.dumps({"id": "x", "choices": [], "usage": USAGE}).encode())
    ),
    "page": first(Answer(body=b"<html>proxy</html>", headers={"Content-Type": "text/html"})),
    "busy": failing(Answer(status=429, body=ERROR, headers={"Retry-After": "1"}), 1),
    "burst": failing(Answer(status=500, body=ERROR, headers={"retry-after-ms": "1"}), 2),
    "cut": failing(Answer(body=SUBMIT.body, cut=True), 1),
    "too-long": first(
        Answer(
            status=400,
            body=json.dumps(
                {
                    "error": {
                        "message": "This model's maximum context length is 8192 tokens.",
                        "type": "invalid_request_error",
                        "code": "context_length_exceeded",
                    }
                }
            ).encode(),
        )
    ),
}


@contextmanager
def odd_servers() -> Iterator[str]:
    """Serve every habit on loopback and give the base URL."""
    seen: Counter[tuple[str, int]] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = request["model"]
            turn = sum(one["role"] == "assistant" for one in request["messages"])
            answer = HABITS[name](turn, seen[name, turn])
            seen[name, turn] += 1
            self.send_response(answer.status)
            headers = {"Content-Type": "application/json", **answer.headers}
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
            self.close_connection = self.close_connection or answer.cut

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
