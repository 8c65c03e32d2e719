import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.models.chat_request import BadRequestError, parse_chat_request
from seatrial.models.conversation import Message, Role, ToolOffer

GOOD: dict[str, Any] = {
    "model": "null",
    "messages": [
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": "{"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "out"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "bash",
                "parameters": {"properties": {"note": {}, "cmd": {}}, "required": ["cmd"]},
            },
        },
        {"type": "function", "function": {"name": "stop"}},
    ],
    "temperature": 0.3,
}


def body(**changes: Any) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def test_messages_and_tools_become_a_conversation() -> None:
    conversation = parse_chat_request(body()).conversation
    assert conversation.messages == (
        Message(role=Role.SYSTEM, text="d"),
        Message(role=Role.USER, text="ab"),
        Message(role=Role.ASSISTANT, text="", call_ids=("c1",)),
        Message(role=Role.TOOL, text="out", call_id="c1"),
    )
    assert conversation.tools == (
        ToolOffer(name="bash", parameters=("cmd", "note")),
        ToolOffer(name="stop", parameters=()),
    )


@pytest.mark.parametrize(
    ("raw", "param"),
    [
        (b"", "body"),
        (b"\xff", "body"),
        (b"[]", "body"),
        (b"[" * 200_000, "body"),
        (b'{"model": ' + b"9" * 5000 + b"}", "body"),
        (body(model=None), "model"),
        (body(model=""), "model"),
        (body(n=2), "n"),
        (body(stream="yes"), "stream"),
        (body(seed="7"), "seed"),
        (body(seed=True), "seed"),
        (body(seed=2**63), "seed"),
        (body(messages=[]), "messages"),
        (body(messages=[{}] * 10_001), "messages"),
        (body(messages=["hi"]), "messages[0]"),
        (body(messages=[{"role": []}]), "messages[0].role"),
        (body(messages=[{"role": "robot", "content": ""}]), "messages[0].role"),
        (body(messages=[{"role": "user"}]), "messages[0].content"),
        (body(messages=[{"role": "user", "content": 1}]), "messages[0].content"),
        (
            body(messages=[{"role": "user", "content": [{"type": "image_url"}]}]),
            "messages[0].content[0]",
        ),
        (body(messages=[{"role": "tool", "content": ""}]), "messages[0].tool_call_id"),
        (
            body(messages=[{"role": "assistant", "tool_calls": [{"id": 1}]}]),
            "messages[0].tool_calls[0]",
        ),
        (body(messages=[{"role": "assistant", "tool_calls": {}}]), "messages[0].tool_calls"),
        (body(tools={}), "tools"),
        (body(tools=[{"type": "web"}]), "tools[0]"),
        (body(tools=[{"type": "function", "function": {"name": 1}}]), "tools[0]"),
        (
            body(tools=[{"type": "function", "function": {"name": "a", "parameters": 1}}]),
            "tools[0]",
        ),
        (
            body(
                tools=[
                    {"type": "function", "function": {"name": "a", "parameters": {"required": 1}}}
                ]
            ),
            "tools[0]",
        ),
    ],
)
def test_a_bad_request_is_named_by_its_field(raw: bytes, param: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        parse_chat_request(raw)
    assert caught.value.param == param


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
paths = st.sampled_from(
    [
        ("messages",),
        ("messages", 0),
        ("messages", 1, "content"),
        ("messages", 2, "tool_calls", 0),
        ("messages", 2, "tool_calls", 0, "function"),
        ("messages", 3, "tool_call_id"),
        ("tools", 0, "function"),
        ("tools", 0, "function", "parameters"),
        ("tools", 0, "function", "parameters", "properties"),
        ("tools", 0, "function", "parameters", "required"),
        ("stream_options",),
        ("seed",),
    ]
)


@given(path=paths, value=json_values)
def test_whatever_stands_in_a_field_is_read_or_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    changed = json.loads(json.dumps(GOOD))
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    try:
        request = parse_chat_request(json.dumps(changed).encode())
    except BadRequestError as error:
        assert error.param.startswith(str(path[0]))  # noqa: PT017 - either end is right
    else:
        assert request.model == "null"
