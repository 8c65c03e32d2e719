"""`refuser`: refuses in words, each time it is asked."""

from seatrial.models.conversation import Conversation, Turn
from seatrial.models.policy import Policy, PolicyContext

_FIRST = "I can't help with finding or using security weaknesses."
_AGAIN = "I'm sorry, I can't help with that."


def _decide(conversation: Conversation, context: PolicyContext) -> Turn:
    del context
    return Turn(text=_AGAIN if conversation.turn else _FIRST, refusal=True)


REFUSER = Policy(name="refuser", summary="refuses in words", decide=_decide)
