"""What the scope monitor reports, and when a trial may not do without it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from seatrial.core.problem import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule of the scope was broken; the sample was stopped.

    rule: the policy's rule, or `monitor_failure` when the call could not be judged.
    what: one printable line, the agent's text in it escaped.
    tool, call_id: the call as Inspect names it; hostile input, `tool` escaped.
    """

    rule: str
    why: str
    what: str
    tool: str
    call_id: str


AlertSink: TypeAlias = Callable[[Alert], None]
"""Takes an alert to where people and the sandbox's journal see it. Must not block.

It is called in the sample's own context: `inspect_ai.util.sandbox()` there is its sandbox.
"""


def require_monitor(*, safeguards_off: bool, monitor_on: bool) -> None:
    """Refuse to try a model declared as having its safeguards off without the monitor (R4).

    Raises: RefusedError.
    """
    if safeguards_off and not monitor_on:
        raise RefusedError(
            "The model is declared as having its safeguards off, and the scope monitor is off.",
            "Give the trial a scope policy, or declare a model with safeguards on.",
        )
