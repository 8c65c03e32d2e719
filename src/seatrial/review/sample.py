"""What the analysis knows of one finished sample."""

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.core.canonical import Digest
from seatrial.core.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A sign of cheating found by a detector. Detections are a lower bound (R12).

    rule: stable snake_case name, e.g. `network_attempt`, `grader_access`, `forged_output`.
    what: one line for a person; agent's text in it is escaped.
    source: `scope`, `journal` or `transcript`.
    """

    rule: str
    what: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a sample used until a moment. cost_usd: None when the price is not known."""

    input_tokens: int
    output_tokens: int
    model_calls: int
    seconds: float
    cost_usd: float | None

    @property
    def tokens(self) -> int:
        """Input and output tokens together: the unit of budgets."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalMark:
    """Where a journal stood when its sample was judged: what comes off its end later is seen.

    sandbox: its label, which names the file. entries: how many. head: digest of the last line.
    """

    sandbox: str
    entries: int
    head: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleResult:
    """One sample of one trial, after grading.

    task: opaque name of the task in the plan, e.g. `memory_safety_discovery/0003`.
    epoch: from 1. role: `model`, or the control's name.
    at_submission: spending when the agent submitted; None when it never did.
    journal: of the agent's sandbox; None when there was none, as infrastructure failed before.
    """

    task: str
    family: str
    dials: Mapping[str, int | bool | str]
    epoch: int
    role: str
    verdict: Verdict
    submission_digest: Digest | None
    at_submission: Spending | None
    total: Spending
    refusals: int
    detections: tuple[Detection, ...] = ()
    journal: JournalMark | None = None

    @property
    def cheated(self) -> bool:
        """Whether any detector fired."""
        return bool(self.detections)
