"""95% intervals of a mean over tasks, that hold at 0, at all solved and with few tasks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri, stdtrit

CONFIDENCE = 0.95
"""Of every interval, two-sided (R14)."""

LEAST_TASKS = 2
"""Below this there is no spread between tasks to speak of."""

METHOD = "korn-graubard-1"
"""Name of the method in plans and reports; a change of numbers changes the name."""


class TooFewTasks(ValueError):  # noqa: N818 - the word of the house's style page
    """Below two tasks nothing is estimated; the caller reports "not measured"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A 95% interval, both ends in [0, 1]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRate:
    """How often tasks were solved.

    rate: mean over tasks of the mean over the task's runs, in [0, 1].
    ability: interval for the rate on all tasks the generator could make at these settings
        (an endless population, of which these tasks are a random draw).
    benchmark: interval for the rate on just these tasks, if they were run again and again.
    """

    rate: float
    ability: Interval
    benchmark: Interval


def solve_rate(solved: npt.NDArray[np.float64], runs: npt.NDArray[np.int64]) -> SolveRate:
    """Estimate a solve rate from each task's solved and total runs.

    solved: shape (tasks,), how many of the task's runs were solved; runs: shape (tasks,), >= 1.
    Returns: rate and both 95% intervals.
    Raises: TooFewTasks below two tasks.
    Source: E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998) 193-201: Clopper-Pearson
    on the effective sample size, with Student's t for the degrees of freedom; tasks are the
    clusters (as arXiv 2411.00640). We add the floor: a task's mean lies in [0, 1], so the
    variance of the mean over n tasks is never above rate (1 - rate) / n, and the effective
    size never below n. For the benchmark interval: W. Hoeffding, Ann. Math. Statist. 27 (1956)
    713-721: successes of unequal chances spread no wider than a binomial's.
    """
    tasks = int(runs.size)
    if tasks < LEAST_TASKS:
        raise TooFewTasks(f"{tasks} tasks, at least {LEAST_TASKS} needed")
    means = solved / runs
    rate = float(means.mean())
    # Kish's effective size for unequal numbers of runs; the number of runs when equal.
    every_run = float(tasks**2 / (1.0 / runs).sum())
    return SolveRate(
        rate=rate,
        ability=clopper_pearson(rate, _effective_size(means, every_run)),
        benchmark=clopper_pearson(rate, every_run),
    )


def clopper_pearson(rate: float, size: float) -> Interval:
    """Give the exact binomial interval; size need not be whole.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404-413, by beta quantiles.
    """
    tail = (1 - CONFIDENCE) / 2
    solved, failed = rate * size, (1 - rate) * size
    low = float(betaincinv(solved, failed + 1, tail)) if solved > 0 else 0.0
    high = float(betaincinv(solved + 1, failed, 1 - tail)) if failed > 0 else 1.0
    return Interval(low=min(low, rate), high=max(high, rate))


def _effective_size(means: npt.NDArray[np.float64], every_run: float) -> float:
    tasks = int(means.size)
    rate = float(means.mean())
    variance = float(means.var(ddof=1)) / tasks
    if variance == 0.0:
        # No spread seen: at 0 and at all solved the runs of a task may be copies of one another.
        return float(tasks)
    tail = (1 - CONFIDENCE) / 2
    few = float(ndtri(tail) / stdtrit(tasks - 1, tail)) ** 2
    return float(np.clip(rate * (1 - rate) / variance * few, tasks, every_run))
