import json

from openai.types.chat import ChatCompletion, ChatCompletionChunk

from seatrial.models.chat_request import ChatRequest
from seatrial.models.chat_response import render_chunks, render_completion
from seatrial.models.conversation import Call, Conversation, Message, Role, Turn

REQUEST = ChatRequest(
    model="novice@3",
    conversation=Conversation(
        messages=(Message(role=Role.USER, text="t"), Message(role=Role.ASSISTANT, text=""))
    ),
    seed=None,
    stream=False,
    include_usage=True,
    prompt_bytes=9,
)
CALL = Call(tool="bash", arguments={"cmd": "ls é"})


def test_a_turn_reads_back_through_the_official_model() -> None:
    turn = Turn(text="Let me look.", calls=(CALL, CALL))
    completion = ChatCompletion.model_validate(render_completion(REQUEST, turn), strict=True)
    [choice] = completion.choices
    calls = choice.message.tool_calls or []
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == "Let me look."
    assert [call.id for call in calls] == ["call_000001_00", "call_000001_01"]
    assert [json.loads(call.function.arguments) for call in calls if call.type == "function"] == [
        {"cmd": "ls é"}
    ] * 2


def test_a_refusal_stands_in_the_protocols_field() -> None:
    completion = ChatCompletion.model_validate(
        render_completion(REQUEST, Turn(text="No.", refusal=True))
    )
    message = completion.choices[0].message
    assert (message.content, message.refusal) == (None, "No.")


def test_usage_is_a_quarter_of_the_bytes_rounded_up() -> None:
    completion = ChatCompletion.model_validate(render_completion(REQUEST, Turn(text="12345")))
    assert completion.usage is not None
    assert (
        completion.usage.prompt_tokens,
        completion.usage.completion_tokens,
        completion.usage.total_tokens,
    ) == (3, 2, 5)


def test_chunks_carry_the_same_turn() -> None:
    turn = Turn(text="Let me look.", calls=(CALL,))
    chunks = [
        ChatCompletionChunk.model_validate(chunk, strict=True)
        for chunk in render_chunks(REQUEST, turn)
    ]
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    calls = [call for delta in deltas for call in delta.tool_calls or []]
    assert "".join(delta.content or "" for delta in deltas) == turn.text
    assert [call.function.arguments for call in calls if call.function] == ['{"cmd": "ls \\u00e9"}']
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == (
        "tool_calls"
    )
    assert chunks[-1].usage is not None
