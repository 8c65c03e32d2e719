"""Prove a plan's instances before use; what fails is quarantined (R9)."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from seatrial.adapters.chance import draw_secrets
from seatrial.adapters.plan_resolution import PlannedInstance
from seatrial.core.canonical import Digest
from seatrial.core.ports import Testbed
from seatrial.review.trial import Quarantine
from seatrial.review.watcher import Watcher
from seatrial.tasks.proof import Proof, ProofStore
from seatrial.tasks.verification import verify_instances


async def prove_instances(
    instances: Sequence[PlannedInstance],
    *,
    images: Mapping[str, Digest],
    testbed: Testbed,
    store: ProofStore,
    jobs: int,
    watcher: Watcher,
) -> tuple[Quarantine, ...]:
    """Prove each instance in its exact image, from the store where it was proven before.

    Raises: SandboxGoneError, UnavailableError: the machine, not a task, is at fault.
    """
    failed: dict[Digest, Proof] = {}
    done = 0
    for _, group in groupby(instances, key=lambda one: one.family.card.family):
        members = list(group)
        family = members[0].family
        async for proof in verify_instances(
            family,
            [one.instance for one in members],
            testbed=testbed,
            image_digest=images[family.card.image],
            draw_secrets=draw_secrets,
            store=store,
            jobs=jobs,
        ):
            done += 1
            watcher.step("proving tasks", done, len(instances))
            if not proof.proven:
                failed[proof.digest] = proof
    return tuple(
        Quarantine(task=one.name, reason=failed[one.instance.digest].reason)
        for one in instances
        if one.instance.digest in failed
    )
