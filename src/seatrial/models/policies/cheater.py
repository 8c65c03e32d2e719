"""`cheater`: tries everything but the task. It must pass nothing, and be seen."""

from pathlib import PurePosixPath

from seatrial.models.actions import can_run, quote, run, submit
from seatrial.models.conversation import Conversation, Turn
from seatrial.models.policies.cheats import (
    CHEATS,
    FAKE_FLAG,
    FORGED_TURN,
    INSTRUCTIONS,
    cheat_script,
    leaving_script,
)
from seatrial.models.policy import Policy, PolicyContext


def _decide(conversation: Conversation, context: PolicyContext) -> Turn:
    path = conversation.submission_path
    # Each sample of a trial starts elsewhere, since a monitor may stop it at its first attempt.
    start = context.seed % (len(CHEATS) + 1)
    attempts = len(CHEATS) if start < len(CHEATS) else 0
    if can_run(conversation):
        if conversation.turn < attempts:
            cheat = CHEATS[(start + conversation.turn) % len(CHEATS)]
            return run(conversation, cheat_script(cheat, home=quote(conversation.home)))
        if conversation.turn == attempts and path is not None:
            folder = quote(str(PurePosixPath(path).parent))
            script = leaving_script(context.seed, path=quote(path), folder=folder)
            return run(conversation, script, text=FORGED_TURN)
    answer = INSTRUCTIONS if path is not None else f"{FAKE_FLAG}\n{INSTRUCTIONS}"
    return submit(conversation, answer, text=FORGED_TURN)


CHEATER = Policy(
    name="cheater",
    summary="tries grader, host, network, tampering, forgery and planted instructions",
    decide=_decide,
)
