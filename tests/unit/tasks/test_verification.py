"""The generic proof, on a toy family whose answers and faults each test chooses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from seatrial.core.canonical import Digest, digest_json
from seatrial.core.ports import ExecOutcome, SandboxGoneError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Check, Outcome, Verdict
from seatrial.tasks.card import Card, ThreatModel
from seatrial.tasks.family import (
    Dials,
    Instance,
    Run,
    SampleSecrets,
    Setup,
    Solution,
    Stage,
    Submission,
)
from seatrial.tasks.proof import Proof, ProofStore
from seatrial.tasks.verification import verify_seeds

IMAGE = Digest("sha256:" + "1" * 64)
SECRETS = SampleSecrets(canary="c", flag="right")
CARD = Card(
    family="toy",
    title="toy",
    capability="toy",
    score_version=1,
    interface_version=1,
    image="toy",
    threat_model=ThreatModel(actor="a", goal="g", means="m", defender_assumptions="d"),
    dials=(),
    notes={},
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class ToySandbox:
    """Echoes a script as its output; `false` fails."""

    async def exec(self, argv: tuple[str, ...], **_: object) -> ExecOutcome:
        code = int(argv[-1] == "false")
        return ExecOutcome(returncode=code, stdout=argv[-1].encode(), stderr=b"no")

    async def read_file(self, path: str, **_: object) -> bytes:
        raise FileNotFoundError(path)

    async def write_file(self, path: str, contents: bytes, **_: object) -> None:
        raise AssertionError((path, contents))


@dataclass
class ToyTestbed:
    """dies: how many of the first sandboxes are lost. slow: seconds each one takes."""

    dies: int = 0
    slow: float = 0.0
    opened: int = 0
    alive: int = 0
    most_alive: int = 0

    @asynccontextmanager
    async def open(self, spec: SandboxSpec, *, label: str) -> AsyncIterator[ToySandbox]:
        assert (spec.image, bool(label)) == ("toy", True)
        self.opened += 1
        if self.opened <= self.dies:
            raise SandboxGoneError("lost")
        self.alive += 1
        self.most_alive = max(self.alive, self.most_alive)
        try:
            await asyncio.sleep(self.slow)
            yield ToySandbox()
        finally:
            self.alive -= 1


@dataclass
class ToyFamily:
    """Right is what the reference answers; each field breaks one thing."""

    card: Card = CARD
    reference_answer: str = "right"
    null_answer: str = "wrong"
    setup: str = "true"
    sound: bool = True
    unproven_seeds: frozenset[int] = field(default_factory=frozenset)

    def generate(self, seed: int, dials: Dials) -> Instance:
        return Instance(
            family="toy",
            seed=seed,
            dials=dials,
            prompt="",
            submission_path=None,
            sealed=(),
            digest=digest_json(seed),
        )

    def stage(self, instance: Instance, secrets: SampleSecrets) -> Stage:
        del instance, secrets
        return Stage(
            sandbox=SandboxSpec(image="toy"), files=(), setups=(Setup(argv=("sh", self.setup)),)
        )

    def reference(self, instance: Instance) -> Solution:
        right = instance.seed not in self.unproven_seeds
        answer = self.reference_answer if right else "wrong"
        return Solution(name="reference", steps=(Run(script=answer),))

    def nulls(self, instance: Instance, stream: SeedStream) -> tuple[Solution, ...]:
        del instance, stream
        return (
            Solution(name="nothing", steps=()),
            Solution(name="shout", steps=(), answer=self.null_answer),
        )

    async def grade(
        self, instance: Instance, secrets: SampleSecrets, submission: Submission, testbed: object
    ) -> Verdict:
        del instance, testbed
        if submission.answer == secrets.flag:
            return Verdict(outcome=Outcome.PASSED, reason="right")
        return Verdict(outcome=Outcome.FAILED, reason="wrong")

    async def prove_instance(self, instance: Instance, testbed: object) -> Verdict:
        del instance, testbed
        check = Check(name="benign", passed=self.sound, detail="")
        if self.sound:
            return Verdict(outcome=Outcome.PASSED, reason="sound", checks=(check,))
        return Verdict(outcome=Outcome.FAILED, reason="benign_crashes", checks=(check,))


async def _proofs(
    family: ToyFamily,
    *,
    seeds: range = range(1),
    testbed: ToyTestbed | None = None,
    store: ProofStore | None = None,
    jobs: int = 1,
) -> list[Proof]:
    return [
        proof
        async for proof in verify_seeds(
            family,
            seeds,
            {},
            testbed=testbed or ToyTestbed(),
            image_digest=IMAGE,
            draw_secrets=lambda: SECRETS,
            store=store,
            jobs=jobs,
        )
    ]


@pytest.mark.anyio
async def test_a_sound_instance_is_proven_with_all_its_checks() -> None:
    (proof,) = await _proofs(ToyFamily())
    assert (proof.proven, proof.reason, proof.seed) == (True, "proven", 0)
    assert [check.name for check in proof.checks] == [
        "reference_passes",
        "null_nothing_fails",
        "null_shout_fails",
        "benign",
    ]
    assert all(check.passed for check in proof.checks)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("family", "reason"),
    [
        (ToyFamily(reference_answer="wrong"), "reference_wrong"),
        (ToyFamily(null_answer="right"), "null_shout_passed"),
        (ToyFamily(setup="false"), "setup_failed"),
        (ToyFamily(sound=False), "benign_crashes"),
    ],
)
async def test_a_faulty_instance_is_quarantined_with_its_reason(
    family: ToyFamily, reason: str
) -> None:
    (proof,) = await _proofs(family)
    assert (proof.proven, proof.reason) == (False, reason)
    assert not proof.checks[-1].passed


@pytest.mark.anyio
async def test_kept_proofs_are_given_without_work(tmp_path: Path) -> None:
    store = ProofStore(tmp_path / "proofs.jsonl")
    first = await _proofs(ToyFamily(), seeds=range(2), store=store)
    testbed = ToyTestbed()
    again = await _proofs(ToyFamily(), seeds=range(3), testbed=testbed, store=store)
    assert [proof.seed for proof in again] == [0, 1, 2]
    assert again[0].checks == first[0].checks
    assert testbed.opened == 1  # the third's reference; everything else opens none


@pytest.mark.anyio
async def test_a_new_score_version_needs_a_new_proof(tmp_path: Path) -> None:
    store = ProofStore(tmp_path / "proofs.jsonl")
    await _proofs(ToyFamily(), store=store)
    changed = ToyFamily(card=replace(CARD, score_version=2), sound=False)
    (proof,) = await _proofs(changed, store=store)
    assert (proof.reason, proof.score_version) == ("benign_crashes", 2)


@pytest.mark.anyio
async def test_a_lost_sandbox_is_tried_again_and_says_nothing_of_the_instance() -> None:
    (proof,) = await _proofs(ToyFamily(), testbed=ToyTestbed(dies=2))
    assert proof.proven


@pytest.mark.anyio
async def test_three_lost_sandboxes_in_a_row_stop_the_run() -> None:
    with pytest.raises(SandboxGoneError):
        await _proofs(ToyFamily(), testbed=ToyTestbed(dies=3))


@pytest.mark.anyio
async def test_as_many_proofs_run_at_once_as_asked_for() -> None:
    testbed = ToyTestbed(slow=0.01)
    proofs = await _proofs(ToyFamily(), seeds=range(7), testbed=testbed, jobs=3)
    assert sorted(proof.seed or 0 for proof in proofs) == list(range(7))
    assert testbed.most_alive == 3


@pytest.mark.anyio
async def test_an_interrupted_run_leaves_no_sandbox_and_goes_on_later(tmp_path: Path) -> None:
    path = tmp_path / "proofs.jsonl"
    testbed = ToyTestbed(slow=0.01)
    proofs = verify_seeds(
        ToyFamily(unproven_seeds=frozenset({1})),
        range(5),
        {},
        testbed=testbed,
        image_digest=IMAGE,
        draw_secrets=lambda: SECRETS,
        store=ProofStore(path),
        jobs=2,
    )
    async for _ in proofs:
        break
    await proofs.aclose()  # type: ignore[attr-defined]  # an async generator behind AsyncIterator
    assert testbed.alive == 0
    rest = ToyTestbed()
    again = await _proofs(
        ToyFamily(unproven_seeds=frozenset({1})),
        seeds=range(5),
        testbed=rest,
        store=ProofStore(path),
    )
    assert {proof.seed for proof in again if not proof.proven} == {1}
    assert 1 <= rest.opened < 5
