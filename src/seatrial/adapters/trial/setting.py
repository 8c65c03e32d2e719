"""What a trial was started with, kept so that it can be taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seatrial.core.canonical import Digest
from seatrial.review.trial import Safeguards


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSetting:
    """The command line of a trial, resolved. Holds no secret: API keys stay in the environment.

    trial: its random name. started: ISO 8601, UTC.
    model: an Inspect model name, or `reference/NAME` for a reference model.
    base_url: of the model's endpoint when not the provider's own.
    price_*: USD per million tokens; None when not known.
    cap_usd: replaces the plan's spending cap when given.
    jobs: samples at once. model_args: as Inspect's `-M`.
    generation: temperature, top_p, max_tokens, seed ... as sent to the model.
    call_seconds: limit of one model call; call_retries: further tries after an error.
    """

    trial: str
    started: str
    model: str
    operator: str
    jobs: int
    signing_key: str
    safeguards: Safeguards = Safeguards.UNKNOWN
    monitor: bool = True
    base_url: str | None = None
    checkpoint: Digest | None = None
    price_input: float | None = None
    price_output: float | None = None
    cap_usd: float | None = None
    runtime: str = "crun"
    strict: bool = False
    anchor: str | None = None
    call_seconds: int = 300
    call_retries: int = 3
    secret_seeds: tuple[str, ...] = ()
    model_args: Mapping[str, str] = field(default_factory=dict[str, str])
    generation: Mapping[str, int | float] = field(default_factory=dict[str, int | float])
