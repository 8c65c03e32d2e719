"""Takes each finished sample from Inspect's hook and keeps it at once."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from inspect_ai.hooks import Hooks, SampleEnd, hooks
from inspect_ai.log import EvalSample

from seatrial.adapters.inspect_runner.records import SampleRecords

_UNFINISHED_ERRORS = ("SpendingCapError", "TrialStoppedError", "CancelledError")
"""Errors that leave a sample unfinished, to be run when the trial is resumed."""


class TrialStoppedError(Exception):
    """The trial is being stopped: the sample is left unfinished and can be resumed."""


@dataclass(slots=True)
class Collector:
    """Keeps finished samples, and notices when that fails or the endpoint keeps failing.

    told: called with each sample once it is kept.
    endpoint_failures: samples in a row that ended with an error of the model's endpoint.
    failure: why records can no longer be kept (disk full, folder gone). Inspect swallows what
        a hook raises, so it is held here, and the scaffold stops at its next call.
    """

    records: SampleRecords
    told: Callable[[EvalSample], None]
    finished: int = 0
    endpoint_failures: int = 0
    last_error: str = ""
    failure: OSError | None = None
    most_endpoint_failures: int = 4
    stopped: bool = False

    def check(self) -> None:
        """Raise TrialStoppedError when the trial cannot go on: called before each model call."""
        if self.failure is not None or self.stopped:
            raise TrialStoppedError(str(self.failure or self.last_error))

    def take(self, sample: EvalSample) -> None:
        """Keep a sample unless it has to run again."""
        error = "" if sample.error is None else sample.error.message
        if _left_unfinished(sample):
            return
        self.endpoint_failures = self.endpoint_failures + 1 if error else 0
        if error:
            self.last_error = error
            if self.endpoint_failures >= self.most_endpoint_failures:
                self.stopped = True
        try:
            self.records.keep(sample)
            self.finished += 1
            self.told(sample)
        except OSError as problem:
            self.failure = problem


ACTIVE: ContextVar[Collector | None] = ContextVar("seatrial_collector", default=None)
"""The collector of the running trial; None when Inspect runs something else."""


@hooks(name="seatrial_collector", description="Keeps each finished sample of a Seatrial trial.")
class CollectorHooks(Hooks):
    """Passes finished samples to the active collector."""

    def enabled(self) -> bool:
        """Say whether a trial runs here; other runs of Inspect are left alone."""
        return ACTIVE.get() is not None

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Keep the sample."""
        collector = ACTIVE.get()
        if collector is not None:
            collector.take(data.sample)


def _left_unfinished(sample: EvalSample) -> bool:
    if sample.error is None:
        return False
    return any(name in sample.error.traceback for name in _UNFINISHED_ERRORS)
