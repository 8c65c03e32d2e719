import json

import pytest

from seatrial.models.chat_request import ChatRequest
from seatrial.models.conversation import Conversation, Message, Role
from seatrial.models.simulators import MAX_FAILURES, Flakiness, garbage


def request_at(turn: int) -> ChatRequest:
    spoken = [Message(role=Role.ASSISTANT, text="")] * turn
    conversation = Conversation(messages=(Message(role=Role.USER, text="t"), *spoken))
    return ChatRequest(
        model="m", conversation=conversation, seed=None, stream=False, include_usage=False,
        prompt_bytes=1,
    )  # fmt: skip


def test_garbage_has_five_kinds_and_walks_through_them() -> None:
    bodies = [garbage(request_at(turn), 0).body for turn in range(5)]
    assert len(set(bodies)) == 5
    assert garbage(request_at(0), 3).body == garbage(request_at(0), 8).body
    with pytest.raises(json.JSONDecodeError):
        json.loads(bodies[0])
    assert json.loads(bodies[1]) == "hello"
    assert json.loads(bodies[2])["choices"] == []


def failures(flakiness: Flakiness, turn: int, seed: int = 0) -> list[int]:
    statuses = []
    while (status := flakiness.failure(request_at(turn), seed, f"body {turn}")) is not None:
        statuses.append(status)
    return statuses


def test_a_flaky_call_fails_a_few_times_then_succeeds_and_starts_over() -> None:
    flakiness = Flakiness()
    first = [failures(flakiness, turn) for turn in range(30)]
    again = [failures(flakiness, turn) for turn in range(30)]
    assert first == again
    assert {len(statuses) for statuses in first} == set(range(MAX_FAILURES + 1))
    assert {status for statuses in first for status in statuses} == {429, 500}


def test_another_seed_fails_other_calls() -> None:
    flakiness = Flakiness()
    first, second = ([len(failures(flakiness, t, seed)) for t in range(20)] for seed in (0, 1))
    assert first != second
