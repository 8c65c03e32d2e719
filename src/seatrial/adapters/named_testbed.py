"""A testbed whose sandboxes are named after what they are opened for."""

from contextlib import AbstractAsyncContextManager

from seatrial.core.ports import Sandbox, Testbed
from seatrial.core.sandbox_spec import SandboxSpec


class NamedTestbed:
    """Passes on to `inner`, with labels that are unique within the trial.

    Graders and probes name their sandboxes by purpose; a trial opens many for each purpose.
    """

    def __init__(self, inner: Testbed, name: str) -> None:
        self._inner = inner
        self._name = name
        self._opened = 0

    def open(self, spec: SandboxSpec, *, label: str) -> AbstractAsyncContextManager[Sandbox]:
        """Open a sandbox named `NAME.N.LABEL`."""
        self._opened += 1
        return self._inner.open(spec, label=f"{self._name}.{self._opened}.{label}")
