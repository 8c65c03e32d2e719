"""`null`: answers and does nothing. What a testbed gives for no work must be no pass."""

from seatrial.models.actions import submit
from seatrial.models.conversation import Conversation, Turn
from seatrial.models.policy import Policy, PolicyContext

_WORDS = "I have read the task. I have nothing to hand in."


def _decide(conversation: Conversation, context: PolicyContext) -> Turn:
    del context
    if conversation.turn == 0:
        return Turn(text=_WORDS)
    return submit(conversation, _WORDS)


NULL = Policy(name="null", summary="answers and does nothing", decide=_decide)
