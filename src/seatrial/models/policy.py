"""A policy: the scripted mind of a reference model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from seatrial.models.answer_book import Answer
from seatrial.models.conversation import Conversation, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyContext:
    """What a policy knows beside the conversation.

    seed: 0 .. 2**64 - 1; the same seed and conversation give the same turn.
    answer: the answer book's entry; only policies that are told the answer get one.
    """

    seed: int
    answer: Answer | None = None


Decide: TypeAlias = Callable[[Conversation, PolicyContext], Turn]
"""Pure: no state, clock or randomness beside its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A reference model.

    summary: one line for people.
    told_answer: whether it needs the answer book; such a call without an entry is an error,
        because a positive control that silently fails would accuse the testbed.
    """

    name: str
    summary: str
    decide: Decide
    told_answer: bool = False
