"""Prove instances before they are used: solvable, not solved by nothing, sound (R9)."""

import asyncio
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
)
from contextlib import aclosing
from itertools import islice

from seatrial.core.canonical import Digest
from seatrial.core.ports import SandboxGoneError, Testbed
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Check, Verdict
from seatrial.tasks.family import Dials, Family, Instance, SampleSecrets
from seatrial.tasks.proof import PROVEN, Proof, ProofStore
from seatrial.tasks.rehearsal import StageError, rehearse

_ATTEMPTS = 3
"""A sandbox that dies says nothing of the instance; three in a row say much of the machine."""


async def prove(
    family: Family,
    instance: Instance,
    *,
    testbed: Testbed,
    image_digest: Digest,
    draw_secrets: Callable[[], SampleSecrets],
) -> Proof:
    """Run the reference, every null and the family's own checks; stop at the first surprise.

    Raises: SandboxGoneError, UnavailableError: nothing was found out.
    """
    started = time.perf_counter()
    try:
        reason, checks = await _findings(family, instance, testbed, draw_secrets)
    except StageError as error:
        reason, checks = "setup_failed", (_check("setup", passed=False, detail=error.what),)
    return Proof(
        family=instance.family,
        seed=instance.seed,
        dials=dict(instance.dials),
        image_digest=image_digest,
        digest=instance.digest,
        score_version=family.card.score_version,
        proven=reason == PROVEN,
        reason=reason,
        checks=checks,
        seconds=time.perf_counter() - started,
    )


async def verify_instances(
    family: Family,
    instances: Iterable[Instance],
    *,
    testbed: Testbed,
    image_digest: Digest,
    draw_secrets: Callable[[], SampleSecrets],
    store: ProofStore | None = None,
    jobs: int = 1,
) -> AsyncIterator[Proof]:
    """Prove instances, `jobs` at a time, and give each proof as it is found.

    Proofs in `store` of the same instance, image and score version are given without work.
    Raises: SandboxGoneError when three sandboxes in a row died, UnavailableError.
    """

    async def one(instance: Instance) -> Proof:
        kept = store.get(instance.digest, image_digest) if store is not None else None
        if kept is not None and kept.score_version == family.card.score_version:
            return kept
        proof = await _insist(
            lambda: prove(
                family,
                instance,
                testbed=testbed,
                image_digest=image_digest,
                draw_secrets=draw_secrets,
            )
        )
        if store is not None:
            store.put(proof)
        return proof

    works = (one(instance) for instance in instances)
    async with aclosing(_as_finished(works, jobs)) as proofs:
        async for proof in proofs:
            yield proof


def verify_seeds(
    family: Family,
    seeds: Iterable[int],
    dials: Dials,
    *,
    testbed: Testbed,
    image_digest: Digest,
    draw_secrets: Callable[[], SampleSecrets],
    store: ProofStore | None = None,
    jobs: int = 1,
) -> AsyncIterator[Proof]:
    """Prove the instances of `seeds` with the same dials, as `verify_instances` does."""
    return verify_instances(
        family,
        (family.generate(seed, dials) for seed in seeds),
        testbed=testbed,
        image_digest=image_digest,
        draw_secrets=draw_secrets,
        store=store,
        jobs=jobs,
    )


async def _as_finished(
    works: Iterator[Coroutine[None, None, Proof]], at_once: int
) -> AsyncGenerator[Proof, None]:
    running: set[asyncio.Task[Proof]] = set()
    try:
        while running or (running := _start(works, at_once)):
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running |= _start(works, at_once - len(running))
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _start(works: Iterator[Coroutine[None, None, Proof]], count: int) -> set[asyncio.Task[Proof]]:
    return {asyncio.create_task(work) for work in islice(works, count)}


async def _insist(attempt: Callable[[], Awaitable[Proof]]) -> Proof:
    for _ in range(_ATTEMPTS - 1):
        try:
            return await attempt()
        except SandboxGoneError:
            continue
    return await attempt()


async def _findings(
    family: Family,
    instance: Instance,
    testbed: Testbed,
    draw_secrets: Callable[[], SampleSecrets],
) -> tuple[str, tuple[Check, ...]]:
    solution = family.reference(instance)
    verdict = await rehearse(family, instance, solution, draw_secrets(), testbed)
    checks = [_check("reference_passes", passed=verdict.passed, detail=_told(verdict))]
    if not verdict.passed:
        return f"reference_{verdict.reason}", tuple(checks)
    for null in family.nulls(instance, SeedStream(instance.seed, "nulls")):
        verdict = await rehearse(family, instance, null, draw_secrets(), testbed)
        name = f"null_{null.name}_fails"
        checks.append(_check(name, passed=not verdict.passed, detail=_told(verdict)))
        if verdict.passed:
            return f"null_{null.name}_passed", tuple(checks)
    verdict = await family.prove_instance(instance, testbed)
    checks += verdict.checks
    return (PROVEN if verdict.passed else verdict.reason), tuple(checks)


def _check(name: str, *, passed: bool, detail: str) -> Check:
    return Check(name=name, passed=passed, detail=detail)


def _told(verdict: Verdict) -> str:
    return f"{verdict.outcome}: {verdict.reason}"
