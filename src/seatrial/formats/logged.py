"""What an Inspect log says, as values: read by an adapter, held against the verdicts here.

Everything in them is as hostile as the log: a party that made the bundle wrote it, and the
model under trial wrote the transcript.
"""

from dataclasses import dataclass
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.verdict import Verdict
from seatrial.review.integrity import TranscriptTurn
from seatrial.review.sample import Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRole:
    """A log's header.

    model: as Inspect names it. reference: as a trial's record names it when a reference model
        may have served it; None for any other. task: Inspect's name of the task.
    seconds, tokens, turns: the limits it ran under; None when the log has none.
    samples: keys that it lists. held: how many samples the file holds.
    results: whether it states results of its own, beside the samples'.
    """

    path: str
    model: str
    reference: str | None
    task: str
    seconds: int | None
    tokens: int | None
    turns: int | None
    samples: tuple[str, ...]
    held: int
    results: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """What one model call used, by the event that the log has of it."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSample:
    """One sample of a log.

    path: of the log. key: its id there. number: Inspect's own epoch, always 1 here.
    task, epoch, role, journal: what its metadata say; journal names the agent's sandbox.
    canary: of its prompt; None when the prompt has none.
    system_prompt: None when there is none.
    prompts: digests of every text of the task that the prompt could have been made from.
    verdict, submission, at_submission, total, refusals: as a verdict line has them.
    answer: digest of the answer in text that ended the sample, when it ended so.
    scores: what Inspect's viewers show as its score: of the sample, its events, the summary.
    models: whose calls were counted. calls: that were answered, in order.
    summed: tokens of all calls by Inspect's own sum.
    cut_off: whether a limit or an error ended it: the last call may be missing in its total.
    ran: digests of the argv of shell commands whose result came back. asked: of all.
    odd_calls: whether a shell call had no command in text, so that `asked` is not whole.
    """

    path: str
    key: str
    number: int
    task: str
    epoch: int
    role: str
    journal: str
    canary: str | None
    system_prompt: str | None
    prompts: tuple[Digest, ...]
    verdict: Verdict
    submission: Digest | None
    answer: Digest | None
    at_submission: Spending | None
    total: Spending
    refusals: int
    scores: tuple[str, ...]
    models: tuple[str, ...]
    calls: tuple[LoggedCall, ...]
    summed: int
    cut_off: bool
    turns: tuple[TranscriptTurn, ...]
    ran: tuple[Digest, ...]
    asked: tuple[Digest, ...]
    odd_calls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTrouble:
    """Why a log, or the rest of it, cannot be read."""

    path: str
    what: str


Logged: TypeAlias = LoggedRole | LoggedSample | LogTrouble
"""What comes of reading logs, in order: of each file a role and its samples, or a trouble."""
