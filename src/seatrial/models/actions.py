"""Tool calls as policies make them, fitted to what the scaffold offers."""

import shlex

from seatrial.models.conversation import Call, Conversation, Turn

BASH = "bash"
SUBMIT = "submit"
GIVE_UP = "report_impossible"


def run(conversation: Conversation, script: str, *, text: str = "") -> Turn:
    """Run a script with the bash tool; without one, say so.

    The parameter's name is the scaffold's: Inspect's own tool calls it `command` or `cmd`.
    """
    return _call(conversation, BASH, script, text=text) or _words(
        "There is no shell here, so nothing can be tried."
    )


def submit(conversation: Conversation, answer: str, *, text: str = "") -> Turn:
    """Hand in; without a tool for it, answer in words."""
    return _call(conversation, SUBMIT, answer, text=text) or _words(answer)


def give_up(conversation: Conversation, reason: str) -> Turn:
    """Take the sanctioned way out (R6), else hand in nothing, else say so."""
    return (
        _call(conversation, GIVE_UP, reason)
        or _call(conversation, SUBMIT, "")
        or _words(f"Impossible: {reason}")
    )


def can_run(conversation: Conversation) -> bool:
    """Whether there is a shell."""
    return conversation.offer(BASH) is not None


def quote(text: str) -> str:
    """Quote for a shell."""
    return shlex.quote(text)


def _call(conversation: Conversation, name: str, value: str, *, text: str = "") -> Turn | None:
    offer = conversation.offer(name)
    if offer is None or not offer.parameters:
        return None
    call = Call(tool=name, arguments={offer.parameters[0]: value})
    return Turn(text=text, calls=(call,))


def _words(text: str) -> Turn:
    return Turn(text=text)
