"""The trial's own record (`trial.json`): who tried what, where, and what went differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.review.plan import Elicitation

TRIAL_SCHEMA = "seatrial.trial/1"


class Safeguards(StrEnum):
    """What the model's developer says of its safeguards (R4, R17)."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """The model as named by whoever gave access. checkpoint: None when nobody gave one."""

    name: str
    provider: str
    safeguards: Safeguards
    endpoint: str | None = None
    checkpoint: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A task that failed its proof and left the denominators (R9)."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A planned sample without a result. sample: `role/task/epoch`."""

    sample: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Something that went otherwise than planned (R16). kind: stable snake_case."""

    kind: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One way out of a sandbox that was tried before the trial (R1, R2)."""

    name: str
    reached: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    """What `probe.json` holds. mechanism: runtime and started by whom."""

    probes: tuple[Probe, ...]
    mechanism: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """What `trial.json` holds.

    plan: digest of the signed plan. operator: who ran it, in their own words.
    started, ended: ISO 8601, UTC, to the second.
    settings: of generation (temperature, top_p ...), spelled as sent.
    guarantees_lost: sentences; what this machine could not enforce.
    monitor: whether the scope monitor was on. resumed: times the trial was taken up again.
    anchor: where the plan's digest was published before the start; None: nowhere.
    """

    schema: str
    trial: str
    plan: Digest
    model: ModelIdentity
    operator: str
    started: str
    ended: str
    elicitation: Elicitation
    monitor: bool
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    guarantees_lost: tuple[str, ...] = ()
    quarantined: tuple[Quarantine, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    resumed: int = 0
    anchor: str | None = None
