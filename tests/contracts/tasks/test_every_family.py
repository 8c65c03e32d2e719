"""What every task family promises; each passes this suite unchanged."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.adapters.chance import draw_secrets
from seatrial.core import ports
from seatrial.core.seeding import SeedStream
from seatrial.core.verdict import Outcome
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import Dials, Family, Instance, SampleSecrets, Submission
from seatrial.tasks.registry import families, find_family
from seatrial.tasks.rehearsal import furnish, rehearse
from seatrial.tasks.variant import PLACEHOLDERS, variant_digest
from seatrial.tasks.verification import prove
from seatrial.wiring import testbed as wiring

SECRETS = SampleSecrets(
    canary="seatrial-canary-5c0ffee5c0ffee5c0ffee5c0ffee5c0f",
    flag="flag{5eed5eed5eed5eed5eed5eed5eed5eed}",
)
TELLING_SEED = 318_764_502_991_826_437
"""Long enough not to appear by chance."""

PROVEN_SEEDS = (0, 1)
CAPABILITIES = {
    "code_generation_abuse",
    "vulnerability_discovery",
    "patching",
    "privilege_escalation",
    "chained_range",
}

every_family = pytest.mark.parametrize("name", list(families()))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(name="testbed")
def _testbed() -> ports.Testbed:
    return wiring.open_testbed()


@dataclass(frozen=True)
class Made:
    """An instance and all that comes with it, for one set of dials."""

    family: Family
    instance: Instance

    @property
    def visible(self) -> dict[str, bytes]:
        stage = self.family.stage(self.instance, SECRETS)
        return {file.path: file.contents for file in stage.files if not file.hidden}


def _make(name: str, seed: int, dials: Dials | None = None) -> Made:
    family = find_family(name)
    return Made(family, family.generate(seed, complete_dials(family.card, dials or {})))


def _fingerprint(name: str, seed: int) -> str:
    made = _make(name, seed)
    nulls = made.family.nulls(made.instance, SeedStream(seed, "nulls"))
    everything = (
        made.instance,
        made.family.stage(made.instance, SECRETS).files,
        made.family.stage(made.instance, SECRETS).setups,
        made.family.reference(made.instance),
        nulls,
    )
    return hashlib.sha256(repr(everything).encode()).hexdigest()


def _corners(family: Family) -> list[dict[str, int | bool | str]]:
    """Give the easiest and the hardest setting of all dials."""
    return [{dial.name: dial.values[end] for dial in family.card.dials} for end in (0, -1)]


@every_family
def test_the_card_is_complete(name: str) -> None:
    card = find_family(name).card
    assert card.family == name
    assert card.capability in CAPABILITIES
    assert min(card.score_version, card.interface_version) >= 1
    threat = card.threat_model
    for sentence in (threat.actor, threat.goal, threat.means, threat.defender_assumptions):
        assert len(sentence.split()) >= 3
    assert card.title
    for dial in card.dials:
        assert dial.meaning
        assert len(set(map(repr, dial.values))) == len(dial.values) >= 2


@every_family
def test_the_same_seed_gives_the_same_task(name: str) -> None:
    assert _fingerprint(name, 11) == _fingerprint(name, 11)


@every_family
@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_a_fresh_interpreter_gives_the_same_task(name: str, hash_seed: str) -> None:
    script = (
        "import importlib.util as u, sys\n"
        f"s = u.spec_from_file_location('suite', {str(Path(__file__))!r})\n"
        "m = u.module_from_spec(s); sys.modules['suite'] = m; s.loader.exec_module(m)\n"
        f"print(m._fingerprint({name!r}, 11))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "TZ": "Asia/Kolkata"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == _fingerprint(name, 11)


@every_family
def test_different_seeds_give_different_tasks(name: str) -> None:
    digests = {_make(name, seed).instance.digest for seed in range(40)}
    assert len(digests) == 40


@every_family
def test_every_value_of_every_dial_gives_a_task_of_its_own(name: str) -> None:
    for dial in find_family(name).card.dials:
        digests = {_make(name, 3, {dial.name: value}).instance.digest for value in dial.values}
        assert len(digests) == len(dial.values), dial.name


@every_family
def test_the_instance_says_what_it_was_made_from(name: str) -> None:
    family = find_family(name)
    for dials in _corners(family):
        instance = family.generate(TELLING_SEED, dials)
        assert (instance.family, instance.seed, dict(instance.dials)) == (
            name,
            TELLING_SEED,
            dials,
        )


@every_family
def test_the_digest_is_that_of_the_variant_with_placeholders(name: str) -> None:
    made = _make(name, 4)
    stage = made.family.stage(made.instance, PLACEHOLDERS)
    instance = made.instance
    assert instance.digest == variant_digest(instance.prompt, stage, instance.submission_path)


@every_family
def test_the_stage_uses_the_cards_image_and_an_unprivileged_user(name: str) -> None:
    made = _make(name, 5)
    spec = made.family.stage(made.instance, SECRETS).sandbox
    assert spec.image == made.family.card.image
    assert spec.user not in {"root", "0"}
    assert spec.network is None


@every_family
def test_the_canary_is_in_the_agents_files_and_prompt(name: str) -> None:
    for dials in _corners(find_family(name)):
        made = _make(name, 6, dials)
        assert "{canary}" in made.instance.prompt
        assert any(SECRETS.canary.encode() in text for text in made.visible.values())


@every_family
def test_secrets_of_a_sample_appear_only_through_the_stage(name: str) -> None:
    made = _make(name, 6)
    for file in made.instance.sealed:
        assert SECRETS.flag.encode() not in file.contents
    assert not any(SECRETS.flag.encode() in text for text in made.visible.values())


@every_family
def test_nothing_sealed_and_no_seed_is_in_what_the_agent_gets(name: str) -> None:
    for dials in _corners(find_family(name)):
        made = _make(name, TELLING_SEED, dials)
        shown = [made.instance.prompt.encode(), *made.visible.values()]
        assert not any(str(TELLING_SEED).encode() in text for text in shown)
        assert not any(f"{TELLING_SEED:x}".encode() in text for text in shown)
        assert made.instance.sealed
        for sealed in made.instance.sealed:
            assert sealed.contents
            assert not any(sealed.contents in text for text in shown), sealed.path


@every_family
def test_paths_are_absolute_and_stay_inside(name: str) -> None:
    made = _make(name, 8)
    stage = made.family.stage(made.instance, SECRETS)
    paths = [file.path for file in (*stage.files, *made.instance.sealed)]
    for path in (*paths, *stage.built):
        assert path.startswith("/")
        assert ".." not in path.split("/")
    assert len({file.path for file in stage.files}) == len(stage.files)


@every_family
def test_the_nulls_include_doing_nothing(name: str) -> None:
    made = _make(name, 9)
    nulls = made.family.nulls(made.instance, SeedStream(9, "nulls"))
    assert any(null.steps == () and null.answer is None for null in nulls)
    names = [null.name for null in nulls]
    assert len(set(names)) == len(names)
    assert "reference" not in names


@every_family
@pytest.mark.anyio
@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("corner", ["default", "easiest", "hardest"])
async def test_instances_are_proven_in_the_real_testbed(
    name: str, corner: str, testbed: ports.Testbed
) -> None:
    family = find_family(name)
    easiest, hardest = _corners(family)
    dials = {"default": {}, "easiest": easiest, "hardest": hardest}[corner]
    for seed in PROVEN_SEEDS:
        proof = await prove(
            family,
            _make(name, seed, dials).instance,
            testbed=testbed,
            image_digest=wiring.image_digest(family.card.image),
            draw_secrets=draw_secrets,
        )
        assert proof.proven, (seed, proof.reason, proof.checks[-1])


@every_family
@pytest.mark.anyio
@pytest.mark.sandbox
async def test_no_submission_is_no_pass(name: str, testbed: ports.Testbed) -> None:
    made = _make(name, 1)
    verdict = await made.family.grade(made.instance, SECRETS, Submission(), testbed)
    assert verdict.outcome is Outcome.NO_SUBMISSION


@every_family
@pytest.mark.anyio
@pytest.mark.sandbox
@pytest.mark.slow
async def test_grading_is_repeatable(name: str, testbed: ports.Testbed) -> None:
    made = _make(name, 2)
    reference = made.family.reference(made.instance)
    first = await rehearse(made.family, made.instance, reference, SECRETS, testbed)
    second = await rehearse(made.family, made.instance, reference, SECRETS, testbed)
    assert first.passed
    assert first == second


@every_family
@pytest.mark.sandbox
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=st.one_of(st.binary(max_size=2000), st.just(b""), st.just(b"\x00" * 70_000)))
def test_garbage_is_graded_and_never_passes(
    name: str, content: bytes, testbed: ports.Testbed
) -> None:
    import anyio  # noqa: PLC0415 - Hypothesis drives a plain function, so the loop starts here

    made = _make(name, 1)
    text = content.decode("utf-8", "surrogateescape")
    left = Submission(answer=text) if made.instance.submission_path is None else None
    submission = left or Submission(file=content)
    verdict = anyio.run(made.family.grade, made.instance, SECRETS, submission, testbed)
    assert not verdict.passed
    assert verdict.outcome is not Outcome.INFRASTRUCTURE


@every_family
@pytest.mark.anyio
@pytest.mark.sandbox
async def test_the_agent_sees_what_is_not_hidden_and_nothing_that_is(
    name: str, testbed: ports.Testbed
) -> None:
    for dials in _corners(find_family(name)):
        made = _make(name, 1, dials)
        stage = made.family.stage(made.instance, SECRETS)
        async with testbed.open(stage.sandbox, label="contract") as sandbox:
            await furnish(sandbox, stage)
            for file in stage.files:
                if file.hidden:
                    with pytest.raises((FileNotFoundError, PermissionError)):
                        await sandbox.read_file(file.path)
                else:
                    assert await sandbox.read_file(file.path) == file.contents
            for path in stage.built:
                assert await sandbox.read_file(path)
            found = await sandbox.exec(
                ("grep", "-rlsF", SECRETS.flag, "/etc", "/home", "/opt", "/srv", "/usr", "/var"),
                timeout=60,
            )
            assert found.stdout == b""


@every_family
@pytest.mark.anyio
@pytest.mark.sandbox
async def test_setups_give_the_same_files_each_time(name: str, testbed: ports.Testbed) -> None:
    made = _make(name, 7)
    stage = made.family.stage(made.instance, SECRETS)
    built: list[list[str]] = []
    for _ in range(2):
        async with testbed.open(stage.sandbox, label="contract") as sandbox:
            await furnish(sandbox, stage)
            contents = [await sandbox.read_file(path, user="root") for path in stage.built]
            built.append([hashlib.sha256(content).hexdigest() for content in contents])
    assert built[0] == built[1]
