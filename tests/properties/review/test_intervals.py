import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seatrial.review.interval import solve_rate

runs_and_solved = st.lists(
    st.integers(1, 6).flatmap(lambda runs: st.tuples(st.integers(0, runs), st.just(runs))),
    min_size=2,
    max_size=40,
)


def _arrays(
    tasks: list[tuple[int, int]],
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.int64]]
]:
    return (
        np.array([solved for solved, _ in tasks], dtype=np.float64),
        np.array([runs for _, runs in tasks], dtype=np.int64),
    )


@given(runs_and_solved)
def test_the_interval_holds_the_rate_and_never_collapses(tasks: list[tuple[int, int]]) -> None:
    found = solve_rate(*_arrays(tasks))

    for interval in (found.ability, found.benchmark):
        assert 0 <= interval.low <= found.rate <= interval.high <= 1
        assert interval.high - interval.low > 0.004


@given(runs_and_solved)
def test_solved_and_failed_are_mirror_images(tasks: list[tuple[int, int]]) -> None:
    found = solve_rate(*_arrays(tasks))
    mirrored = solve_rate(*_arrays([(runs - solved, runs) for solved, runs in tasks]))

    assert np.isclose(found.ability.low, 1 - mirrored.ability.high)
    assert np.isclose(found.benchmark.high, 1 - mirrored.benchmark.low)


@given(runs_and_solved, st.randoms(use_true_random=False))
def test_the_order_of_tasks_does_not_matter(tasks: list[tuple[int, int]], shuffle: object) -> None:
    mixed = list(tasks)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random

    assert np.isclose(
        solve_rate(*_arrays(tasks)).ability.low, solve_rate(*_arrays(mixed)).ability.low
    )


@given(runs_and_solved)
def test_ability_is_never_known_better_than_the_benchmark(tasks: list[tuple[int, int]]) -> None:
    found = solve_rate(*_arrays(tasks))

    width = found.ability.high - found.ability.low
    assert width >= found.benchmark.high - found.benchmark.low - 1e-9
