"""A chat-completions request: bytes from anywhere to a conversation, or a refusal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.models.conversation import Conversation, Message, Role, ToolOffer

MAX_MESSAGES = 10_000
MAX_TOOLS = 256
MAX_REQUEST_SEED = 2**63 - 1

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}


class BadRequestError(ValueError):
    """The request is not of the protocol's form; the client can mend it. param: where."""

    def __init__(self, param: str, expected: str) -> None:
        super().__init__(f"{param}: expected {expected}.")
        self.param = param


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What is used of a request; other fields (temperature, max_tokens ...) are ignored.

    seed: the protocol's `seed`, when given.
    prompt_bytes: size of messages and tools, the base of the pseudo-token count.
    """

    model: str
    conversation: Conversation
    seed: int | None
    stream: bool
    include_usage: bool
    prompt_bytes: int


def parse_chat_request(body: bytes) -> ChatRequest:
    """Read a request.

    Raises: BadRequestError naming the field.
    Source: OpenAI API reference, "Create chat completion".
    """
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequestError("body", "a JSON object") from None
    if not isinstance(raw, dict):
        raise BadRequestError("body", "a JSON object")
    model = raw.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequestError("model", "the name of a model")
    if raw.get("n") not in (None, 1):
        raise BadRequestError("n", "1, as a policy has one mind")
    options = raw.get("stream_options")
    conversation = Conversation(
        messages=_messages(raw.get("messages")),
        tools=_chosen(_tools(raw.get("tools")), raw.get("tool_choice")),
    )
    return ChatRequest(
        model=model,
        conversation=conversation,
        seed=_seed(raw.get("seed")),
        stream=_flag(raw.get("stream"), "stream"),
        include_usage=isinstance(options, Mapping) and options.get("include_usage") is True,
        prompt_bytes=_prompt_bytes(conversation, raw.get("tools")),
    )


def _flag(value: Any, param: str) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise BadRequestError(param, "true or false")


def _seed(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_REQUEST_SEED:
        raise BadRequestError("seed", "a 64-bit integer")
    return abs(value)


def _messages(raw: Any) -> tuple[Message, ...]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_MESSAGES:
        raise BadRequestError("messages", f"a list of 1 to {MAX_MESSAGES} messages")
    return tuple(_message(entry, f"messages[{index}]") for index, entry in enumerate(raw))


def _message(raw: Any, param: str) -> Message:
    if not isinstance(raw, dict):
        raise BadRequestError(param, "an object")
    name = raw.get("role")
    role = _ROLES.get(name) if isinstance(name, str) else None
    if role is None:
        raise BadRequestError(f"{param}.role", f"one of {', '.join(_ROLES)}")
    call_id = raw.get("tool_call_id")
    if role is Role.TOOL and not isinstance(call_id, str):
        raise BadRequestError(f"{param}.tool_call_id", "the id of the call it answers")
    content = raw.get("content")
    if content is None and role is not Role.ASSISTANT:
        raise BadRequestError(f"{param}.content", "text")
    return Message(
        role=role,
        text=_text(content, f"{param}.content"),
        call_ids=_call_ids(raw.get("tool_calls"), f"{param}.tool_calls"),
        call_id=call_id if role is Role.TOOL else None,
    )


def _text(raw: Any, param: str) -> str:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, list):
        raise BadRequestError(param, "text or a list of parts")
    parts = []
    for index, part in enumerate(raw):
        match part:
            case {"type": "text", "text": str(text)} | {"type": "refusal", "refusal": str(text)}:
                parts.append(text)
            case _:
                raise BadRequestError(f"{param}[{index}]", "a part of type text")
    return "".join(parts)


def _call_ids(raw: Any, param: str) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise BadRequestError(param, "a list of calls")
    ids = []
    for index, call in enumerate(raw):
        match call:
            case {"id": str(call_id), "function": {"name": str(), "arguments": str()}}:
                ids.append(call_id)
            case _:
                raise BadRequestError(f"{param}[{index}]", "id and function with name, arguments")
    return tuple(ids)


def _tools(raw: Any) -> tuple[ToolOffer, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or len(raw) > MAX_TOOLS:
        raise BadRequestError("tools", f"a list of up to {MAX_TOOLS} tools")
    return tuple(_tool(tool, f"tools[{index}]") for index, tool in enumerate(raw))


def _chosen(tools: tuple[ToolOffer, ...], choice: Any) -> tuple[ToolOffer, ...]:
    """Leave the tools that the request lets the model call now."""
    match choice:
        case None | "auto" | "required":
            return tools
        case "none":
            return ()
        case {"type": "function", "function": {"name": str(name)}} if any(
            tool.name == name for tool in tools
        ):
            return tuple(tool for tool in tools if tool.name == name)
        case _:
            raise BadRequestError("tool_choice", "none, auto, required or an offered function")


def _tool(raw: Any, param: str) -> ToolOffer:
    match raw:
        case {"type": "function", "function": {"name": str(name), **rest}}:
            schema = rest.get("parameters")
            if schema is None:
                return ToolOffer(name=name, parameters=())
            if isinstance(schema, dict):
                return ToolOffer(name=name, parameters=_parameters(schema, param))
    raise _wrong_tool(param)


def _parameters(schema: Mapping[str, Any], param: str) -> tuple[str, ...]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise _wrong_tool(param)
    first = [name for name in properties if name in required]
    return (*first, *(name for name in properties if name not in required))


def _wrong_tool(param: str) -> BadRequestError:
    return BadRequestError(param, "a function with name and a JSON Schema of parameters")


def _prompt_bytes(conversation: Conversation, tools: Any) -> int:
    spoken = sum(
        len(message.text.encode(errors="surrogatepass")) for message in conversation.messages
    )
    return spoken + (len(json.dumps(tools)) if tools else 0)
