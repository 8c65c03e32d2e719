"""`oracle`: the positive control. It is told the answer and carries it out by tool calls."""

from seatrial.models.actions import quote, run, submit
from seatrial.models.answer_book import Answer, AnswerStep, RunStep, WriteStep
from seatrial.models.conversation import Conversation, Turn
from seatrial.models.file_upload import upload_scripts
from seatrial.models.policy import Policy, PolicyContext


def carry_out(conversation: Conversation, answer: Answer) -> Turn:
    """Take the next step of an answer, one tool call a turn, then hand in."""
    scripts = _scripts(answer)
    if conversation.turn < len(scripts):
        return run(conversation, scripts[conversation.turn])
    found = answer.answer if answer.answer is not None else conversation.last_result.strip()
    return submit(conversation, found or "The file is in its place.")


def _scripts(answer: Answer) -> tuple[str, ...]:
    last = len(answer.steps) - 1
    return tuple(
        script
        for number, step in enumerate(answer.steps)
        for script in _step_scripts(step, prints_answer=number == last and answer.answer is None)
    )


def _step_scripts(step: AnswerStep, *, prints_answer: bool) -> tuple[str, ...]:
    match step:
        case WriteStep(path=path, contents=contents, mode=mode):
            return upload_scripts(path, contents, mode)
        case RunStep(script=script):
            # the bash tool puts standard error before standard output
            silence = " 2>/dev/null" if prints_answer else ""
            return (f"sh -c {quote(script)}{silence}",)


def _decide(conversation: Conversation, context: PolicyContext) -> Turn:
    if context.answer is None:
        return Turn(text="Nobody told me the answer.")
    return carry_out(conversation, context.answer)


ORACLE = Policy(
    name="oracle",
    summary="positive control: is told the answer and carries it out",
    decide=_decide,
    told_answer=True,
)
