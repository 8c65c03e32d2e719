"""What travels between the portal and a trials' host. Light: the host has no portal of its own."""

from dataclasses import dataclass

from seatrial.adapters.queue.progress import FinishedSample
from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PersonId
from seatrial.review.trial import Safeguards

MOST_SAMPLES = 200
"""Finished samples told at a time; the rest comes with the next sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOrder:
    """A trial to run, with all that it needs.

    lease: good for this trial alone. name, began: of the trial, as its evidence must have them.
    plan, scope, thresholds: files, base64. seeds: secret seed files that open the plan's
    commitments. model: an Inspect model name. price_*: USD per million tokens.
    call_seconds, call_retries: of a model call.
    """

    case: CaseId
    trial: str
    lease: str
    name: str
    began: str
    plan: str
    scope: str
    thresholds: str
    seeds: tuple[str, ...]
    model: str
    operator: PersonId
    safeguards: Safeguards
    checkpoint: Digest
    price_input: float | None
    price_output: float | None
    call_seconds: int
    call_retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostProgress:
    """A sign of life. said: the step it is in; empty: no news. planned: samples, once known."""

    said: str
    planned: int | None
    samples: tuple[FinishedSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTold:
    """The answer to a sign. go_on: False when access has ended: hand in what there is."""

    go_on: bool
