"""A turn as the chat-completions protocol says it: whole, in chunks, or as an error."""

import json
from collections.abc import Iterator, Mapping

from seatrial.core.canonical import Json
from seatrial.models.chat_request import ChatRequest
from seatrial.models.conversation import Turn

BYTES_PER_TOKEN = 4
"""Pseudo-tokens: about what English and code need with common tokenizers. The count is a
stand-in that reruns exactly and needs no tokenizer's file."""

CREATED = 0
"""The protocol wants a time; a reference model has none, so that answers repeat to the byte."""


def render_completion(request: ChatRequest, turn: Turn) -> Json:
    """Give the body of a whole answer."""
    message: dict[str, Json] = {
        "role": "assistant",
        "content": None if turn.refusal or not turn.text else turn.text,
        "refusal": turn.text if turn.refusal else None,
    }
    if turn.calls:
        message["tool_calls"] = _calls(request, turn)
    choice: Json = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": _finish_reason(turn),
    }
    return {
        **_head(request, "chat.completion"),
        "choices": [choice],
        "usage": usage(request, turn),
    }


def render_chunks(request: ChatRequest, turn: Turn) -> Iterator[Json]:
    """Give the chunks of a streamed answer, without the closing [DONE]."""
    yield _chunk(request, {"role": "assistant", "content": None if turn.calls else ""})
    if turn.text:
        yield _chunk(request, {"refusal" if turn.refusal else "content": turn.text})
    for index, call in enumerate(_calls(request, turn)):
        yield _chunk(request, {"tool_calls": [{"index": index, **call}]})
    yield _chunk(request, {}, finish_reason=_finish_reason(turn))
    if request.include_usage:
        yield {
            **_head(request, "chat.completion.chunk"),
            "choices": [],
            "usage": usage(request, turn),
        }


def render_error(message: str, *, kind: str, param: str | None, code: str | None) -> Json:
    """Give the body of an error, as OpenAI's endpoints do."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def usage(request: ChatRequest, turn: Turn) -> Json:
    """Count pseudo-tokens: bytes divided by four, rounded up."""
    said = len(turn.text.encode(errors="surrogatepass")) + sum(
        len(call.tool) + len(json.dumps(dict(call.arguments))) for call in turn.calls
    )
    prompt, completion = _tokens(request.prompt_bytes), _tokens(said)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _tokens(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)


def _head(request: ChatRequest, kind: str) -> dict[str, Json]:
    return {
        "id": f"chatcmpl-{request.conversation.turn:06d}",
        "object": kind,
        "created": CREATED,
        "model": request.model,
    }


def _chunk(
    request: ChatRequest, delta: Mapping[str, Json], *, finish_reason: str | None = None
) -> Json:
    choice: Json = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {**_head(request, "chat.completion.chunk"), "choices": [choice]}


def _calls(request: ChatRequest, turn: Turn) -> list[dict[str, Json]]:
    """Number the calls by turn and place: unique in a conversation, the same in a rerun."""
    return [
        {
            "id": f"call_{request.conversation.turn:06d}_{index:02d}",
            "type": "function",
            "function": {"name": call.tool, "arguments": json.dumps(dict(call.arguments))},
        }
        for index, call in enumerate(turn.calls)
    ]


def _finish_reason(turn: Turn) -> str:
    return "tool_calls" if turn.calls else "stop"
