"""`sandbagger`: as able as the oracle, fails on purpose where the answer book says hard.

On a hard task it behaves as the novice does, so that its transcript shows effort. A trial
that can't tell it from a weak model learns what its sandbagging probes are worth (R17).
"""

from seatrial.models.conversation import Conversation, Turn
from seatrial.models.policies.novice import NOVICE
from seatrial.models.policies.oracle import carry_out
from seatrial.models.policy import Policy, PolicyContext


def _decide(conversation: Conversation, context: PolicyContext) -> Turn:
    if context.answer is None or context.answer.hard:
        return NOVICE.decide(conversation, context)
    return carry_out(conversation, context.answer)


SANDBAGGER = Policy(
    name="sandbagger",
    summary="able, but fails on purpose on tasks that the answer book calls hard",
    decide=_decide,
    told_answer=True,
)
