from typing import Any

from seatrial.models.policies.null import NULL
from seatrial.models.policies.refuser import REFUSER


def test_null_answers_in_words_and_hands_them_in_when_urged(scaffold: Any) -> None:
    words, ending = scaffold().drive(NULL)
    assert (words.calls, ending.calls[0].tool) == ((), "submit")


def test_refuser_refuses_each_time_and_calls_nothing(scaffold: Any) -> None:
    turns = scaffold().drive(REFUSER, limit=4)
    assert [(turn.refusal, turn.calls) for turn in turns] == [(True, ())] * 4
