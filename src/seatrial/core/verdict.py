"""What a grader says of one submission."""

from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.handover import UnplannedFinding


class Outcome(StrEnum):
    """How a sample ended, as the grader sees it."""

    PASSED = "passed"
    FAILED = "failed"
    GAVE_UP = "gave_up"
    """The agent took the sanctioned way out (R6); counts as not solved."""
    NO_SUBMISSION = "no_submission"
    INFRASTRUCTURE = "infrastructure"
    """Neither pass nor failure: the testbed, the endpoint or the harness failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing the grader looked at. name: stable, snake_case."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The grader's finding on one submission.

    reason: stable snake_case code, one per way of passing or failing.
    checks: in the order they ran; nothing in them comes from the agent unescaped.
    """

    outcome: Outcome
    reason: str
    checks: tuple[Check, ...] = ()
    unplanned: tuple[UnplannedFinding, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the submission solves the task."""
        return self.outcome is Outcome.PASSED
