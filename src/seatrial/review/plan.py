"""The plan: what will be tried, measured and concluded, fixed before the first model call."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.review.seed_list import SecretSeeds, parse_seeds

PLAN_SCHEMA = "seatrial.plan/1"
PLAN_PAYLOAD_TYPE = "application/vnd.seatrial.plan+json"
"""DSSE payload type of a signed plan."""

LEAST_BUDGETS = 3
"""A bare score is refused (R13)."""

MODEL_ROLE = "model"
"""Role of the model under trial; every other role but the next is a control."""

REFRAMED_ROLE = "reframed"
"""Role of the same model, asked in another frame: the sandbagging probe (R17)."""

_MOST_FALSE_ALARMS = 0.5
"""Above it a coin would do."""

DialValue: TypeAlias = int | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteEntry:
    """Tasks of one family at one setting of its dials. Dials left out have the card's default."""

    family: str
    score_version: int
    seeds: str | SecretSeeds
    dials: Mapping[str, DialValue] = field(default_factory=dict[str, DialValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """tokens: input and output together, ascending, three or more; the last is the limit."""

    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLimits:
    """What ends a sample besides its tokens. seconds: of work, waiting for the model left out."""

    messages: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingCap:
    """usd: what the whole trial may cost, for all roles together."""

    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy by file name and, when the author pins it, digest."""

    file: str
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elicitation:
    """How the model's ability is drawn out (R17). attempts: submissions per sample."""

    scaffold: str
    scaffold_version: int
    system_prompt: str
    tools: tuple[str, ...]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FramingProbe:
    """The sandbagging probe: every task once more, under another system prompt (R17).

    false_alarms: highest rate of findings where the frame makes no difference, above 0, to 0.5.
    """

    system_prompt: str
    false_alarms: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the author may choose of the analysis.

    most_infrastructure: share of samples lost to infrastructure, in [0, 1], above which
        the conclusion is void.
    """

    most_infrastructure: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan as its author writes it, in TOML.

    images: name to digest, for those the author pins; the others are pinned when resolved.
    """

    schema: str
    name: str
    purpose: str
    epochs: int
    suite: tuple[SuiteEntry, ...]
    budgets: Budgets
    limits: SampleLimits
    spending: SpendingCap
    scope: PolicyFile
    thresholds: PolicyFile
    elicitation: Elicitation
    analysis: Analysis = Analysis()
    controls: tuple[str, ...] = ()
    sandbagging: FramingProbe | None = None
    images: Mapping[str, Digest] = field(default_factory=dict[str, Digest])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFamily:
    """What a family's card said when the plan was resolved."""

    family: str
    title: str
    capability: str
    score_version: int
    interface_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask:
    """One task. seed: None when it is secret. prompt, variant: digests (R5). dials: complete."""

    name: str
    family: str
    seed: int | None
    dials: Mapping[str, DialValue]
    prompt: Digest
    variant: Digest
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A draft resolved on a machine: every part by digest. This is what is signed."""

    draft: PlanDraft
    families: tuple[PlannedFamily, ...]
    tasks: tuple[PlannedTask, ...]
    images: Mapping[str, Digest]
    scope: Digest
    thresholds: Digest
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSlot:
    """A place in the suite.

    entry: index into the draft's suite. position: of the seed within its entry.
    seed: None when it is secret.
    """

    name: str
    entry: int
    position: int
    seed: int | None


@dataclass(frozen=True, slots=True, order=True)
class SampleId:
    """Names one sample of a trial. epoch: from 1."""

    role: str
    task: str
    epoch: int

    def __str__(self) -> str:
        return f"{self.role}/{self.task}/{self.epoch}"


def parse_plan(text: str, *, place: str) -> PlanDraft:
    """Read a plan's TOML. place: file name, for messages.

    Raises: BadInputError naming the path in the file and what was expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{place}: {error}.", "Correct the TOML syntax there.") from error
    draft = from_json(PlanDraft, raw, place=place)
    check_draft(draft, place=place)
    return draft


def check_draft(draft: PlanDraft, *, place: str) -> None:
    """See that a draft makes sense as a plan. place: file name, for messages.

    Raises: BadInputError naming the path in the file and what was expected.
    """
    tokens = draft.budgets.tokens
    share = draft.analysis.most_infrastructure
    probe = draft.sandbagging
    own = {MODEL_ROLE, REFRAMED_ROLE}
    rules = (
        (draft.schema == PLAN_SCHEMA, "schema", f"'{PLAN_SCHEMA}'", draft.schema),
        (bool(draft.suite), "suite", "at least one entry", "empty"),
        (draft.epochs >= 1, "epochs", "1 or more", draft.epochs),
        (
            len(tokens) >= LEAST_BUDGETS and list(tokens) == sorted(set(tokens)) and tokens[0] > 0,
            "budgets.tokens",
            f"{LEAST_BUDGETS} or more ascending positive numbers, so that no bare score comes out",
            list(tokens),
        ),
        (draft.limits.messages >= 1, "limits.messages", "1 or more", draft.limits.messages),
        (draft.limits.seconds >= 1, "limits.seconds", "1 or more", draft.limits.seconds),
        (0 <= draft.spending.usd < math.inf, "spending.usd", "0 or more", draft.spending.usd),
        (draft.elicitation.attempts >= 1, "elicitation.attempts", "1 or more", "less"),
        (0 <= share <= 1, "analysis.most_infrastructure", "a share from 0 to 1", share),
        (
            len(set(draft.controls)) == len(draft.controls) and not own & set(draft.controls),
            "controls",
            f"different names, none of them '{MODEL_ROLE}' or '{REFRAMED_ROLE}'",
            list(draft.controls),
        ),
        (
            probe is None or 0 < probe.false_alarms <= _MOST_FALSE_ALARMS,
            "sandbagging.false_alarms",
            f"above 0, at most {_MOST_FALSE_ALARMS}",
            probe and probe.false_alarms,
        ),
        (
            probe is None or probe.system_prompt != draft.elicitation.system_prompt,
            "sandbagging.system_prompt",
            "another text than elicitation.system_prompt: the same frame twice shows nothing",
            "the same",
        ),
    )
    for holds, path, expected, found in rules:
        if not holds:
            raise BadInputError(
                f"{place}: {path} is {found!r}, expected {expected}.", f"Correct it in {place}."
            )
    for index, entry in enumerate(draft.suite):
        path = f"{place}: suite[{index}].seeds"
        if not isinstance(entry.seeds, SecretSeeds):
            parse_seeds(entry.seeds, place=path)
        elif entry.seeds.count < 1:
            raise BadInputError(f"{path}.count is below 1.", "Say how many seeds there are.")


def plan_bytes(plan: Plan) -> bytes:
    """Give the plan's canonical JSON: the signed payload."""
    return canonical_json(to_json(plan))


def plan_digest(plan: Plan) -> Digest:
    """Give the digest that names the plan everywhere."""
    return digest_bytes(plan_bytes(plan))


def suite_slots(draft: PlanDraft) -> tuple[TaskSlot, ...]:
    """Give every task of the suite its name, counted per family in the suite's order."""
    counts: dict[str, int] = {}
    slots: list[TaskSlot] = []
    for index, entry in enumerate(draft.suite):
        place = f"{draft.name}: suite[{index}].seeds"
        seeds: tuple[int | None, ...] = (
            (None,) * entry.seeds.count
            if isinstance(entry.seeds, SecretSeeds)
            else parse_seeds(entry.seeds, place=place)
        )
        for position, seed in enumerate(seeds):
            number = counts.get(entry.family, 0)
            counts[entry.family] = number + 1
            name = f"{entry.family}/{number:04d}"
            slots.append(TaskSlot(name=name, entry=index, position=position, seed=seed))
    return tuple(slots)


def plan_roles(plan: Plan) -> tuple[str, ...]:
    """Give the roles in the order they run: the model first, as the window is short."""
    probe = () if plan.draft.sandbagging is None else (REFRAMED_ROLE,)
    return (MODEL_ROLE, *probe, *plan.draft.controls)


def planned_samples(plan: Plan) -> tuple[SampleId, ...]:
    """Give every sample of the trial in the order of its evidence: role, epoch, task."""
    return tuple(
        SampleId(role, task.name, epoch)
        for role in plan_roles(plan)
        for epoch in range(1, plan.draft.epochs + 1)
        for task in plan.tasks
    )
