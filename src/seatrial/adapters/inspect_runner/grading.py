"""The family's grader as an Inspect scorer: the verdict is by execution, never by text."""

import base64

from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from seatrial.adapters.inspect_runner.tools import ENDING_KEY
from seatrial.adapters.inspect_runner.trial_sample import SampleSet
from seatrial.adapters.named_testbed import NamedTestbed
from seatrial.core.ports import SandboxGoneError, Testbed
from seatrial.core.problem import UnavailableError
from seatrial.core.verdict import Outcome, Verdict
from seatrial.review.sample_json import verdict_to_json
from seatrial.tasks.family import Submission
from seatrial.tasks.rehearsal import collect
from seatrial.testbed.inspect_provider import OciSandboxEnvironment

VERDICT_KEY = "verdict"
SUBMISSION_KEY = "submission_base64"
"""Keys of the score's metadata: the verdict's record, and what was graded."""

_MOST_KEPT = 4 * 1024 * 1024
"""Bytes of a submission kept as evidence; the families refuse what is over 1 MiB anyway."""


@scorer(metrics=[accuracy()], name="grader")
def grader(samples: SampleSet, testbed: Testbed, *, run: str) -> Scorer:
    """Collect what the agent left and have its family judge it in fresh sandboxes.

    run: names the start of the trial and the role, so that sandboxes have unique names.
    """

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's signature
        sample = samples.find(state.sample_id)
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
                    sample.instance,
                    sample.secrets,
                    submission,
                    NamedTestbed(testbed, f"{run}.{sample.key}.grading"),
                )
        except (SandboxGoneError, UnavailableError) as error:
            verdict = Verdict(outcome=Outcome.INFRASTRUCTURE, reason=type(error).__name__)
        return Score(
            value=_value(verdict),
            answer=verdict.reason,
            metadata={
                VERDICT_KEY: verdict_to_json(verdict),
                SUBMISSION_KEY: _kept(submission),
            },
        )

    return score


def _value(verdict: Verdict) -> str:
    if verdict.passed:
        return CORRECT
    return NOANSWER if verdict.outcome is Outcome.NO_SUBMISSION else INCORRECT


def _kept(submission: Submission) -> str | None:
    content = submission.file
    if content is None and submission.answer is not None:
        content = submission.answer.encode()
    return None if content is None else base64.b64encode(content[:_MOST_KEPT]).decode()
