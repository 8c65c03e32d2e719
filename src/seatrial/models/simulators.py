"""Simulators of bad endpoints, for tests of what a trial does then. No controls of a trial."""

import json
import threading
from collections import Counter
from dataclasses import dataclass

from seatrial.core.canonical import Json
from seatrial.core.seeding import SeedStream
from seatrial.models.chat_request import ChatRequest

SIMULATORS = {
    "garbage": "answers what is no good chat completion: five kinds, by seed and turn",
    "hang": "never answers",
    "flaky": "fails a seeded share of calls with 429 or 500 at first, else is the novice",
    "dying": "is the novice for two turns, then answers only 500",
}
"""Names and summaries."""

MAX_FAILURES = 2
"""A flaky call fails at most so often, then succeeds: within the two retries that the OpenAI
client makes on its own."""

HEALTHY_TURNS = 2
"""A dying endpoint answers so many turns of a conversation, then none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """An answer beside the protocol. body: bytes as sent."""

    status: int
    body: bytes


def garbage(request: ChatRequest, seed: int) -> RawAnswer:
    """Answer badly, as endpoints have been seen to."""
    kinds = (
        b'{"id": "chatcmpl-0", "choices": [{"index": 0, "mess',
        b'"hello"',
        json.dumps(_completion(request, [])).encode(),
        _with_call(request, "bash", '{"cmd": "ls'),
        _with_call(request, "no_such_tool", '{"": [[[]]]}'),
    )
    return RawAnswer(status=200, body=kinds[(seed + request.conversation.turn) % len(kinds)])


class Flakiness:
    """Counts how often a flaky endpoint has failed each request.

    The one state of the server: whether a request is asked anew is not in the request. Which
    calls fail, and how often, is drawn from seed and turn, whatever the order of arrival.
    """

    def __init__(self) -> None:
        self._failed: Counter[tuple[int, str, int]] = Counter()
        self._lock = threading.Lock()

    def failure(self, request: ChatRequest, seed: int, digest: str) -> int | None:
        """Give the status to fail with, None to let the call succeed. digest: of the body."""
        turn = request.conversation.turn
        stream = SeedStream(seed, f"flaky/{turn}")
        failures = stream.below(MAX_FAILURES + 1)
        key = (seed, digest, turn)
        with self._lock:
            if self._failed[key] >= failures:
                del self._failed[key]
                return None
            self._failed[key] += 1
        return stream.choice((429, 500))


def _completion(request: ChatRequest, choices: list[Json]) -> Json:
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": request.model,
        "choices": choices,
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _with_call(request: ChatRequest, name: str, arguments: str) -> bytes:
    call: Json = {
        "id": f"call_{request.conversation.turn}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    message: Json = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice: Json = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return json.dumps(_completion(request, [choice])).encode()
