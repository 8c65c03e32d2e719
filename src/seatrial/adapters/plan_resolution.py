"""Turn a plan's draft into a plan: every part by digest, every task generated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.review.plan import (
    Plan,
    PlanDraft,
    PlannedFamily,
    PlannedTask,
    SuiteEntry,
    TaskSlot,
    suite_slots,
)
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import Family, Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInstance:
    """A task of the plan, generated. name: as in the plan."""

    name: str
    family: Family
    instance: Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A resolved plan and its tasks, in the plan's order."""

    plan: Plan
    instances: tuple[PlannedInstance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a draft is resolved against on this machine.

    image_digest: image name to digest; raises UnavailableError when it is not there.
    read_policy: file name, as written in the draft, to bytes; raises BadInputError.
    secret_seeds: commitment to the seeds it stands for, already checked against it.
    versions: name to version of what the trial runs on.
    """

    families: Mapping[str, Family]
    image_digest: Callable[[str], Digest]
    read_policy: Callable[[str], bytes]
    secret_seeds: Mapping[str, Sequence[int]]
    versions: Mapping[str, str]


def resolve_plan(
    draft: PlanDraft, around: Surroundings, *, progress: Callable[[int, int], None]
) -> Resolution:
    """Generate the suite and pin every part of the plan.

    progress: told how many tasks of how many are generated.
    Raises: BadInputError naming the entry and what was expected; UnavailableError for an image.
    """
    slots = suite_slots(draft)
    instances: list[PlannedInstance] = []
    planned: list[PlannedTask] = []
    for done, slot in enumerate(slots):
        progress(done, len(slots))
        entry = draft.suite[slot.entry]
        place = f"{draft.name}: suite[{slot.entry}]"
        family = _family(entry, around.families, place)
        seed = slot.seed if slot.seed is not None else _secret(entry, slot, around, place)
        dials = complete_dials(family.card, entry.dials)
        instance = family.generate(seed, dials)
        instances.append(PlannedInstance(name=slot.name, family=family, instance=instance))
        planned.append(
            PlannedTask(
                name=slot.name,
                family=entry.family,
                seed=slot.seed,
                dials=dials,
                prompt=digest_bytes(instance.prompt.encode()),
                variant=instance.digest,
                image=family.card.image,
            )
        )
    progress(len(slots), len(slots))
    return Resolution(
        plan=Plan(
            draft=draft,
            families=_families(draft, around.families),
            tasks=tuple(planned),
            images={name: around.image_digest(name) for name in _images(instances)},
            scope=digest_bytes(around.read_policy(draft.scope.file)),
            thresholds=digest_bytes(around.read_policy(draft.thresholds.file)),
            versions=around.versions,
        ),
        instances=tuple(instances),
    )


def check_pins(plan: Plan) -> None:
    """Hold what the author pinned in the draft against what was found.

    Raises: BadInputError naming the first that differs.
    """
    pins = [
        ("scope.digest", plan.draft.scope.digest, plan.scope),
        ("thresholds.digest", plan.draft.thresholds.digest, plan.thresholds),
        *(
            (f"images.{name}", digest, plan.images.get(name))
            for name, digest in plan.draft.images.items()
        ),
    ]
    for path, pinned, found in pins:
        if pinned is not None and pinned != found:
            raise BadInputError(
                f"plan {plan.draft.name}: {path} is pinned to {pinned}, found {found}.",
                "Bring back the pinned version, or pin the new one in a new plan.",
            )


def _family(entry: SuiteEntry, families: Mapping[str, Family], place: str) -> Family:
    family = families.get(entry.family)
    if family is None:
        raise BadInputError(
            f"{place}.family is {entry.family!r}, which is no task family here.",
            f"Choose from: {', '.join(families)}.",
        )
    if family.card.score_version != entry.score_version:
        raise BadInputError(
            f"{place}.score_version is {entry.score_version}, "
            f"but {entry.family} is at {family.card.score_version} here.",
            "Scores of the two do not compare: install the planned version, or write a new plan.",
        )
    return family


def _secret(entry: SuiteEntry, slot: TaskSlot, around: Surroundings, place: str) -> int:
    assert not isinstance(entry.seeds, str)  # noqa: S101 - suite_slots gives None only for these
    seeds = around.secret_seeds.get(entry.seeds.commitment)
    if seeds is None or len(seeds) != entry.seeds.count:
        raise BadInputError(
            f"{place}.seeds: no secret seed file opens commitment {entry.seeds.commitment} "
            f"for {entry.seeds.count} seeds.",
            "Give the file with --secret-seeds.",
        )
    return seeds[slot.position]


def _families(draft: PlanDraft, families: Mapping[str, Family]) -> tuple[PlannedFamily, ...]:
    names = dict.fromkeys(entry.family for entry in draft.suite)
    return tuple(
        PlannedFamily(
            family=card.family,
            title=card.title,
            capability=card.capability,
            score_version=card.score_version,
            interface_version=card.interface_version,
        )
        for card in (families[name].card for name in names)
    )


def _images(instances: Sequence[PlannedInstance]) -> list[str]:
    return sorted({planned.family.card.image for planned in instances})
