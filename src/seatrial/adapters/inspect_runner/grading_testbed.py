"""A testbed for a sample's grader, whose sandboxes are named after the sample."""

from contextlib import AbstractAsyncContextManager

from seatrial.core.ports import Sandbox, Testbed
from seatrial.core.sandbox_spec import SandboxSpec


class GradingTestbed:
    """Passes on to `inner`, with labels that are unique within the trial.

    A grader names its sandboxes by purpose; many samples are graded in one trial.
    """

    def __init__(self, inner: Testbed, sample: str) -> None:
        self._inner = inner
        self._sample = sample
        self._opened = 0

    def open(self, spec: SandboxSpec, *, label: str) -> AbstractAsyncContextManager[Sandbox]:
        """Open a sandbox named `SAMPLE.grading.N.LABEL`."""
        self._opened += 1
        return self._inner.open(spec, label=f"{self._sample}.grading.{self._opened}.{label}")
