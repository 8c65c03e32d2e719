import numpy as np
import pytest
from scipy.stats import binomtest

from seatrial.review.interval import TooFewTasks, clopper_pearson, solve_rate


@pytest.mark.parametrize(("solved", "size"), [(0, 7), (7, 7), (3, 11), (1, 40)])
def test_clopper_pearson_is_the_exact_binomial_interval(solved: int, size: int) -> None:
    expected = binomtest(solved, size).proportion_ci(method="exact")

    interval = clopper_pearson(solved / size, size)

    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_with_one_run_a_task_both_intervals_are_the_exact_binomial() -> None:
    rate = solve_rate(np.array([1.0, 0, 0, 1, 0]), np.ones(5, dtype=np.int64))

    assert rate.ability == rate.benchmark == clopper_pearson(0.4, 5)


@pytest.mark.parametrize("solved", [[0, 0], [3, 3]])
def test_the_interval_does_not_collapse_at_none_or_all_solved(solved: list[int]) -> None:
    rate = solve_rate(np.array(solved, dtype=float), np.full(2, 3))

    assert rate.ability.high - rate.ability.low > 0.8


def test_runs_that_copy_one_another_add_nothing_to_ability() -> None:
    copied = solve_rate(np.array([5.0, 0, 0, 5]), np.full(4, 5))
    single = solve_rate(np.array([1.0, 0, 0, 1]), np.full(4, 1))

    assert copied.ability == single.ability
    assert copied.benchmark.low > single.benchmark.low


def test_runs_that_vary_freely_narrow_the_interval_of_ability() -> None:
    varied = solve_rate(np.array([2.0, 3, 2, 3, 2, 3, 2, 3]), np.full(8, 5))
    copied = solve_rate(np.array([5.0, 0, 5, 0, 5, 0, 5, 0]), np.full(8, 5))

    assert varied.ability.low > copied.ability.low


def test_the_rate_is_the_mean_over_tasks_not_over_runs() -> None:
    rate = solve_rate(np.array([1.0, 0.0]), np.array([1, 9]))

    assert rate.rate == 0.5


def test_one_task_is_too_few() -> None:
    with pytest.raises(TooFewTasks):
        solve_rate(np.array([1.0]), np.array([1]))
