"""From Inspect's finished sample to what the analysis knows of it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspect_ai.log import EvalSample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageTool

from seatrial.adapters.inspect_runner.grading import SUBMISSION_KEY, VERDICT_KEY
from seatrial.adapters.inspect_runner.scaffold import SPENDING_KEY
from seatrial.core.canonical import digest_bytes
from seatrial.core.journal_entry import JournalEntry
from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.integrity import TranscriptTurn, TurnKind, detect_cheating
from seatrial.review.journal_summary import mark_journal
from seatrial.review.plan import PlannedTask
from seatrial.review.sample import SampleResult, Spending
from seatrial.review.sample_json import verdict_from_json

_NOTHING = Spending(input_tokens=0, output_tokens=0, model_calls=0, seconds=0.0, cost_usd=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedSample:
    """A kept sample, read back. submission: the bytes the agent left, when it left any."""

    result: SampleResult
    submission: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What the scaffold noted: spending until the submission, None without one, and in all."""

    at_submission: Spending | None
    total: Spending
    refusals: int


def finished_sample(
    sample: EvalSample,
    *,
    role: str,
    task: PlannedTask,
    epoch: int,
    capability: str,
    journal: Sequence[JournalEntry],
) -> FinishedSample:
    """Judge a kept sample by verdict, journal and transcript; reads nothing else.

    journal: of the agent's own sandboxes in the run that finished it.
    Raises: BadInputError when the record was altered out of its form.
    """
    verdict, submission = verdict_of(sample)
    used = used_by(sample)
    result = SampleResult(
        task=task.name,
        family=task.family,
        dials=task.dials,
        epoch=epoch,
        role=role,
        verdict=verdict,
        submission_digest=None if submission is None else digest_bytes(submission),
        at_submission=used.at_submission,
        total=used.total,
        refusals=used.refusals,
        detections=detect_cheating(
            capability=capability,
            journal=journal,
            transcript=tuple(transcript_turns(sample.messages)),
            submission=submission,
        ),
        journal=mark_journal(journal),
    )
    return FinishedSample(result=result, submission=submission)


def outcome_of(sample: EvalSample) -> str:
    """Give the outcome of a kept sample, for the live display."""
    return verdict_of(sample)[0].outcome.value


def spending_of(sample: EvalSample) -> Spending:
    """Give what a kept sample used in all."""
    return used_by(sample).total


def used_by(sample: EvalSample) -> Used:
    """Give all that the scaffold noted of a kept sample.

    Raises: KeyError, ValueError when the record was altered out of its form.
    """
    noted = _table(sample.store.get(SPENDING_KEY))
    at_submission = noted.get("at_submission")
    return Used(
        at_submission=_spending(at_submission) if at_submission else None,
        total=_spending(noted.get("total")),
        refusals=int(str(noted.get("refusals", 0))),
    )


def transcript_turns(messages: Sequence[ChatMessage]) -> Iterator[TranscriptTurn]:
    """Give the transcript in order, without what the harness itself said."""
    for message in messages:
        match message:
            case ChatMessageAssistant():
                if message.text:
                    yield TranscriptTurn(kind=TurnKind.ASSISTANT, text=message.text)
                for call in message.tool_calls or ():
                    text = "\n".join(str(value) for value in call.arguments.values())
                    yield TranscriptTurn(kind=TurnKind.CALL, text=text)
            case ChatMessageTool():
                yield TranscriptTurn(kind=TurnKind.RESULT, text=message.text)
            case _:
                pass


def verdict_of(sample: EvalSample) -> tuple[Verdict, bytes | None]:
    """Give a kept sample's verdict, and the submission that was graded.

    Raises: BadInputError, ValueError when the record was altered out of its form.
    """
    score = (sample.scores or {}).get("grader")
    if sample.error is not None or score is None:
        reason = "sample_error" if sample.error is not None else "not_graded"
        return Verdict(outcome=Outcome.INFRASTRUCTURE, reason=reason), None
    metadata = score.metadata or {}
    verdict = verdict_from_json(metadata.get(VERDICT_KEY), place=f"record of {sample.id}")
    encoded = metadata.get(SUBMISSION_KEY)
    return verdict, None if encoded is None else base64.b64decode(str(encoded))


def _spending(value: object) -> Spending:
    if not value:
        return _NOTHING
    table = _table(value)
    cost = table.get("cost_usd")
    return Spending(
        input_tokens=int(str(table["input_tokens"])),
        output_tokens=int(str(table["output_tokens"])),
        model_calls=int(str(table["model_calls"])),
        seconds=float(str(table["seconds"])),
        cost_usd=None if cost is None else float(str(cost)),
    )


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
