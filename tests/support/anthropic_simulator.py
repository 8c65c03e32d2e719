"""Simulator of Anthropic's Messages API, with a reference policy as its model.

It refuses what the real one refuses: a missing version or key, a request without `max_tokens`,
empty text, a tool result that answers no call of the message before.
Source: Anthropic API reference, "Messages", "Streaming messages", "Errors".
"""

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from seatrial.models.answer_book import Answer
from seatrial.models.chat_request import ChatRequest, parse_chat_request
from seatrial.models.chat_response import usage
from seatrial.models.conversation import Turn
from seatrial.models.policy import Policy, PolicyContext

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
"""HTTP status to the `type` of an error's body."""


class RefusedRequestError(Exception):
    """Ends a request with an error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class AnthropicSimulator:
    """One model, `claude-simulated`.

    key: the only one that it takes. answer: for a policy that is told one.
    failures: number of a call, from 1, to the status that it fails with.
    broken_off: calls whose stream ends with `overloaded_error` after its first event.
    """

    MODEL = "claude-simulated"

    def __init__(
        self,
        policy: Policy,
        *,
        key: str,
        answer: Answer | None = None,
        failures: Mapping[int, int] | None = None,
        broken_off: frozenset[int] = frozenset(),
    ) -> None:
        self.key = key
        self.calls = 0
        self.answered: list[bool] = []
        """Whether each answered call was streamed."""
        self._policy = policy
        self._answer = answer
        self._failures = failures or {}
        self._broken_off = broken_off
        self._lock = threading.Lock()

    def app(self) -> Starlette:
        """Make the ASGI application."""
        return Starlette(routes=[Route("/v1/messages", self._messages, methods=["POST"])])

    async def _messages(self, request: Request) -> Response:
        with self._lock:
            self.calls += 1
            number = self.calls
        try:
            return self._spoken(request.headers, await request.json(), number)
        except RefusedRequestError as error:
            response = JSONResponse(_error(error.status, str(error)), error.status)
            response.headers["retry-after-ms"] = "1"
            return response

    def _spoken(self, headers: Mapping[str, str], body: Mapping[str, Any], number: int) -> Response:
        if self.key not in (headers.get("x-api-key"), _bearer(headers)):
            raise RefusedRequestError(401, "invalid API key")
        if "anthropic-version" not in headers:
            raise RefusedRequestError(400, "anthropic-version: header is required")
        if body["model"] != self.MODEL:
            raise RefusedRequestError(404, f"model: {body['model']}")
        if number in self._failures:
            raise RefusedRequestError(self._failures[number], "Simulated failure.")
        asked = as_chat_request(body)
        turn = self._policy.decide(asked.conversation, PolicyContext(seed=0, answer=self._answer))
        message = _message(asked, turn, number, cached="cache_control" in body)
        streamed = bool(body.get("stream"))
        if not streamed:
            self.answered.append(False)
            return JSONResponse(message)
        events = list(_events(message))
        if number in self._broken_off:
            events = [events[0], ("error", _error(529, "Overloaded"))]
        else:
            self.answered.append(True)
        lines = (f"event: {kind}\ndata: {json.dumps(data)}\n\n" for kind, data in events)
        return StreamingResponse(lines, media_type="text/event-stream")


def _bearer(headers: Mapping[str, str]) -> str:
    """Give the key as newer clients send it."""
    return headers.get("authorization", "").removeprefix("Bearer ")


def as_chat_request(body: Mapping[str, Any]) -> ChatRequest:
    """Say the same in the protocol that the reference models speak.

    Raises: RefusedRequestError where the real endpoint refuses.
    """
    if not isinstance(body.get("max_tokens"), int):
        raise RefusedRequestError(400, "max_tokens: Field required")
    messages: list[dict[str, Any]] = []
    if body.get("system"):
        messages.append({"role": "system", "content": _text(_blocks(body["system"]))})
    pending: set[str] = set()
    for message in body["messages"]:
        blocks = _blocks(message["content"])
        if message["role"] == "assistant":
            messages.append(_assistant(blocks))
            pending = {one["id"] for one in blocks if one["type"] == "tool_use"}
        else:
            results = [one for one in blocks if one["type"] == "tool_result"]
            if {one["tool_use_id"] for one in results} != pending:
                raise RefusedRequestError(400, "messages: `tool_use` ids without `tool_result`")
            messages += [
                {
                    "role": "tool",
                    "tool_call_id": one["tool_use_id"],
                    "content": _text(_blocks(one.get("content") or [])),
                }
                for one in results
            ]
            if said := [one for one in blocks if one["type"] == "text"]:
                messages.append({"role": "user", "content": _text(said)})
            pending = set()
    if not messages or messages[-1]["role"] == "assistant":
        raise RefusedRequestError(400, "messages: the conversation must end with a user message")
    tools = [
        {
            "type": "function",
            "function": {
                "name": tool["name"],
                "description": tool["description"],
                "parameters": tool["input_schema"],
            },
        }
        for tool in body.get("tools", [])
    ]
    chat = {"model": body["model"], "messages": messages, "tools": tools or None}
    return parse_chat_request(json.dumps(chat).encode())


def _assistant(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": _text([one for one in blocks if one["type"] == "text"]) or None,
        "tool_calls": [
            {
                "id": one["id"],
                "type": "function",
                "function": {"name": one["name"], "arguments": json.dumps(one["input"])},
            }
            for one in blocks
            if one["type"] == "tool_use"
        ],
    }


def _blocks(content: Any) -> list[dict[str, Any]]:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for one in blocks:
        if one["type"] == "text" and not one["text"].strip():
            raise RefusedRequestError(400, "messages: text content blocks must be non-empty")
    return list(blocks)


def _text(blocks: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in blocks)


def _message(asked: ChatRequest, turn: Turn, number: int, *, cached: bool) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": turn.text}] if turn.text else []
    content += [
        {
            "type": "tool_use",
            "id": f"toolu_{number:06d}_{index:02d}",
            "name": call.tool,
            "input": dict(call.arguments),
        }
        for index, call in enumerate(turn.calls)
    ]
    reason = "tool_use" if turn.calls else "refusal" if turn.refusal else "end_turn"
    return {
        "id": f"msg_{number:06d}",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": _usage(asked, turn, cached=cached),
    }


def _usage(asked: ChatRequest, turn: Turn, *, cached: bool) -> dict[str, int]:
    """Count as the reference models do, the prompt in three parts when it may be cached."""
    counted = usage(asked, turn)
    assert isinstance(counted, dict)
    prompt = int(str(counted["prompt_tokens"]))
    read = prompt // 2 if cached and asked.conversation.turn else 0
    written = (prompt - read) // 2 if cached else 0
    return {
        "input_tokens": prompt - read - written,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": int(str(counted["completion_tokens"])),
    }


def _events(message: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the events of a streamed answer, each block in two deltas."""
    start = {**message, "content": [], "stop_reason": None}
    start["usage"] = {**message["usage"], "output_tokens": 1}
    yield "message_start", {"type": "message_start", "message": start}
    yield "ping", {"type": "ping"}
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty, kind, whole = {**block, "text": ""}, "text", block["text"]
        else:
            empty, kind, whole = {**block, "input": {}}, "partial_json", json.dumps(block["input"])
        delta = "text_delta" if kind == "text" else "input_json_delta"
        place = {"index": index}
        yield (
            "content_block_start",
            {"type": "content_block_start", "content_block": empty, **place},
        )
        middle = len(whole) // 2
        for part in (whole[:middle], whole[middle:]):
            yield (
                "content_block_delta",
                {"type": "content_block_delta", "delta": {"type": delta, kind: part}, **place},
            )
        yield "content_block_stop", {"type": "content_block_stop", **place}
    yield (
        "message_delta",
        {
            "type": "message_delta",
            "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
            "usage": {"output_tokens": message["usage"]["output_tokens"]},
        },
    )
    yield "message_stop", {"type": "message_stop"}


def _error(status: int, message: str) -> dict[str, Any]:
    kind = KINDS.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}}
