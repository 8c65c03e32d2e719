import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.problem import BadInputError
from seatrial.tasks.commitment import (
    SeedSet,
    commit_seeds,
    open_commitment,
    read_seed_file,
    seeds_digest,
    write_seed_file,
)

NONCE = bytes(range(32))
SEEDS = st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=8, unique=True)


def test_the_line_is_the_same_anywhere() -> None:
    """Fixed by hand from the form's definition: SHA-256 of the RFC 8785 bytes."""
    line = commit_seeds([3, 1, 2], NONCE)
    assert (
        line == "seatrial-seeds-v1:"
        "sha256:1461357db9e900b176790058f21a89578703a70df42519eeee8bbf31672869de"
    )


@given(SEEDS, st.binary(min_size=16, max_size=40), st.randoms(use_true_random=False))
def test_seeds_open_their_commitment_in_any_order(seeds: list[int], nonce: bytes, r) -> None:  # noqa: ANN001 - Hypothesis's random source; naming its type needs the banned module
    line = commit_seeds(seeds, nonce)
    r.shuffle(seeds)
    assert open_commitment(line + "\n", seeds, nonce)


@given(SEEDS, SEEDS)
def test_other_seeds_do_not_open_it(seeds: list[int], others: list[int]) -> None:
    assert open_commitment(commit_seeds(seeds, NONCE), others, NONCE) == (set(seeds) == set(others))


def test_another_nonce_does_not_open_it() -> None:
    assert not open_commitment(commit_seeds([1], NONCE), [1], NONCE[::-1])


def test_the_line_carries_the_digest_that_plans_carry() -> None:
    held = SeedSet(seeds=(5, 9), nonce=NONCE)
    assert commit_seeds(held.seeds, NONCE) == f"seatrial-seeds-v1:{seeds_digest(held)}"


@pytest.mark.parametrize(
    ("seeds", "nonce"),
    [([], NONCE), ([1, 1], NONCE), ([-1], NONCE), ([2**128], NONCE), ([1], NONCE[:15])],
)
def test_unfit_seeds_and_short_nonces_are_refused(seeds: list[int], nonce: bytes) -> None:
    with pytest.raises(BadInputError):
        commit_seeds(seeds, nonce)


@pytest.mark.parametrize(
    "line", ["", "seatrial-seeds-v2:sha256:" + "0" * 64, "seatrial-seeds-v1:sha256:00"]
)
def test_what_is_no_commitment_is_refused(line: str) -> None:
    with pytest.raises(BadInputError, match="no commitment"):
        open_commitment(line, [1], NONCE)


@given(SEEDS, st.binary(min_size=16, max_size=40))
def test_a_seed_file_is_read_back_as_written(seeds: list[int], nonce: bytes) -> None:
    held = SeedSet(seeds=tuple(seeds), nonce=nonce)
    assert read_seed_file(write_seed_file(held), place="here") == held


@pytest.mark.parametrize(
    "change", [{"form": "x"}, {"seeds": ["x"]}, {"seeds": 3}, {"nonce": "zz"}, {"nonce": None}]
)
def test_a_malformed_seed_file_is_refused_by_name(change: dict[str, object]) -> None:
    raw = json.loads(write_seed_file(SeedSet(seeds=(1,), nonce=NONCE)))
    with pytest.raises(BadInputError, match="secret\\.json"):
        read_seed_file(json.dumps(raw | change).encode(), place="secret.json")
