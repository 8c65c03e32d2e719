"""The family's grader as an Inspect scorer: the verdict is by execution, never by text."""

from collections.abc import Mapping

from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from seatrial.adapters.inspect_runner.tools import ENDING_KEY
from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.core.canonical import digest_bytes
from seatrial.core.ports import SandboxGoneError, Testbed
from seatrial.core.problem import UnavailableError
from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.sample_json import verdict_to_json
from seatrial.tasks.family import Submission
from seatrial.tasks.rehearsal import collect
from seatrial.testbed.inspect_provider import OciSandboxEnvironment

VERDICT_KEY = "verdict"
"""Score metadata: {"verdict": ..., "submission_digest": ...}."""


@scorer(metrics=[accuracy()], name="grader")
def grader(samples: Mapping[str, TrialSample], testbed: Testbed) -> Scorer:
    """Collect what the agent left and have its family judge it in fresh sandboxes."""

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's signature
        sample = samples[str(state.sample_id)]
        ending = state.store.get(ENDING_KEY)
        submission = Submission()
        try:
            if ending is not None and ending["kind"] == "impossible":
                verdict = Verdict(outcome=Outcome.GAVE_UP, reason="reported_impossible")
            else:
                environment = sandbox().as_type(OciSandboxEnvironment)
                answer = None if ending is None else str(ending["text"])
                submission = await collect(environment.inner, sample.instance, answer)
                verdict = await sample.family.grade(
                    sample.instance, sample.secrets, submission, testbed
                )
        except (SandboxGoneError, UnavailableError) as error:
            verdict = Verdict(outcome=Outcome.INFRASTRUCTURE, reason=type(error).__name__)
        return Score(
            value=_value(verdict),
            answer=verdict.reason,
            metadata={
                VERDICT_KEY: verdict_to_json(verdict),
                "submission_digest": _digest(submission),
            },
        )

    return score


def _value(verdict: Verdict) -> str:
    if verdict.passed:
        return CORRECT
    return NOANSWER if verdict.outcome is Outcome.NO_SUBMISSION else INCORRECT


def _digest(submission: Submission) -> str | None:
    if submission.file is not None:
        return digest_bytes(submission.file)
    return None if submission.answer is None else digest_bytes(submission.answer.encode())
