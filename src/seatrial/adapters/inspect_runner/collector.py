"""Takes each finished sample from Inspect's hook and keeps it at once."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from inspect_ai.hooks import Hooks, SampleEnd, hooks
from inspect_ai.log import EvalSample

from seatrial.adapters.inspect_runner.records import SampleRecords

_UNFINISHED_ERRORS = ("SpendingCapError", "TrialStoppedError", "CancelledError")
"""Errors that leave a sample unfinished, to be run when the trial is resumed."""


_MOST_ERRORS = 4
"""Samples in a row that may end with an error before the endpoint counts as down."""


_CAUSE = re.compile(r"^[\w.]*(?:Error|Exception): .+$", re.MULTILINE)


class TrialStoppedError(Exception):
    """The trial is being stopped: the sample is left unfinished and can be resumed."""


@dataclass(slots=True)
class Collector:
    """Keeps finished samples, and notices when that fails or the endpoint keeps failing.

    told: called with each sample once it is kept.
    in_doubt: samples in a row that ended with an error. They are kept as lost to infrastructure
        once a later sample goes through or the run ends; when the errors go on, the endpoint
        is at fault, and they run again when the trial is resumed.
    failure: why records can no longer be kept (disk full, folder gone). Inspect swallows what
        a hook raises, so it is held here, and the scaffold stops at its next call.
    """

    records: SampleRecords
    told: Callable[[EvalSample], None]
    in_doubt: list[EvalSample] = field(default_factory=list)
    failure: OSError | None = None
    stopped: bool = False

    @property
    def last_error(self) -> str:
        """What the endpoint said last."""
        error = self.in_doubt[-1].error if self.in_doubt else None
        if error is None:
            return ""
        # Of a call given up after retries, the message names only the retrying.
        causes = [one for one in _CAUSE.findall(error.traceback) if "RetryError" not in one]
        return ascii(causes[-1] if causes else error.message)[1:-1][:400]

    def check(self) -> None:
        """Raise TrialStoppedError when the trial cannot go on: called before each model call."""
        if self.failure is not None or self.stopped:
            raise TrialStoppedError(str(self.failure or self.last_error))

    def take(self, sample: EvalSample) -> None:
        """Keep a sample unless it has to run again."""
        if _left_unfinished(sample):
            return
        if sample.error is None:
            self._keep(*self.in_doubt, sample)
            self.in_doubt.clear()
            return
        self.in_doubt.append(sample)
        self.stopped = self.stopped or len(self.in_doubt) >= _MOST_ERRORS

    def close(self) -> None:
        """Keep what was in doubt, unless the endpoint was found to be at fault."""
        if not self.stopped:
            self._keep(*self.in_doubt)

    def _keep(self, *samples: EvalSample) -> None:
        for sample in samples:
            try:
                self.records.keep(sample)
            except OSError as problem:
                self.failure = problem
                return
            self.told(sample)


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
