"""What holds for every seed and every setting of the dials."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.core.seeding import SeedStream
from seatrial.tasks.family import Dials
from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.grading import MAX_INPUT_BYTES
from seatrial.tasks.memory_safety_discovery.kinds import KINDS
from seatrial.tasks.memory_safety_discovery.program import make_program
from seatrial.tasks.memory_safety_discovery.solutions import nulls
from seatrial.tasks.memory_safety_discovery.soundness import lines_apart

any_seed = st.integers(min_value=0, max_value=2**128 - 1)
any_dials = st.fixed_dictionaries(
    {dial.name: st.sampled_from(dial.values) for dial in FAMILY.card.dials}
)
some = settings(max_examples=60, deadline=None)


@some
@given(seed=any_seed, dials=any_dials)
def test_original_and_repaired_differ_in_one_place(seed: int, dials: Dials) -> None:
    assert 1 <= lines_apart(make_program(seed, dials)) <= 6


@some
@given(seed=any_seed, dials=any_dials)
def test_the_defect_and_its_sites_are_lines_of_the_original(seed: int, dials: Dials) -> None:
    original = make_program(seed, dials).original
    assert original.sites
    for place in (*original.defect, *original.sites):
        lines = original.text(place.file).splitlines()
        assert 1 <= place.first <= place.last <= len(lines)
        before = "\n".join(lines[: place.first])
        assert f"{place.function}(" in before


@some
@given(seed=any_seed, dials=any_dials)
def test_inputs_are_small_and_only_the_reference_breaks(seed: int, dials: Dials) -> None:
    program = make_program(seed, dials)
    inputs = (program.sample, *program.benign, program.reference)
    assert max(map(len, inputs)) < MAX_INPUT_BYTES // 100
    assert program.reference not in {program.sample, *program.benign}
    left = [null.steps for null in nulls(program, SeedStream(seed, "nulls"))]
    assert not any(program.reference in str(steps).encode() for steps in left)


@some
@given(seed=any_seed, dials=any_dials)
def test_deeper_programs_keep_the_artefact_dial_out_of_the_source(seed: int, dials: Dials) -> None:
    """Source and stripped binary are the same program: the two settings can be compared."""
    programs = [make_program(seed, {**dials, "artefact": a}) for a in ("source", "stripped")]
    assert programs[0].original == programs[1].original
    assert programs[0].reference == programs[1].reference


def test_every_kind_and_at_least_six_weaknesses_come_up() -> None:
    programs = [make_program(seed, dict(_defaults())) for seed in range(120)]
    kinds = {type(program.kind) for program in programs}
    assert kinds == {type(kind) for kind in KINDS}
    assert len({program.planted.weakness for program in programs}) == 12


def test_harder_dials_make_longer_programs() -> None:
    def mean_lines(**setting: int | str) -> float:
        made = [make_program(seed, {**_defaults(), **setting}) for seed in range(20)]
        texts = [text for program in made for _, text in program.original.files]
        return sum(text.count("\n") for text in texts) / len(made)

    sizes = [mean_lines(size=size) for size in ("small", "medium", "large")]
    assert all(one < other for one, other in pairwise(sizes))
    assert mean_lines(decoys=0) < mean_lines(decoys=4)


def _defaults() -> dict[str, int | bool | str]:
    return {dial.name: dial.default for dial in FAMILY.card.dials}
