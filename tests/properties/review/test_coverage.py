"""Simulated coverage of the ability interval: how often it holds the true rate."""

import numpy as np
import pytest

from seatrial.review.interval import solve_rate

ROUNDS = 400
"""For each setting: a standard error of about 1.1 points at 95%."""

SOAK_ROUNDS = 10_000
"""For each setting: a standard error of about 0.2 points."""

SOAK_LEAST = 0.93

LEAST = 0.92
"""Nominal 95% less the worst setting's shortfall (docs/reference/estimates.md) and noise."""


def _chances(
    draw: np.random.Generator, tasks: int, rate: float, alike: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Draw each task's own solve chance. alike: correlation of runs of one task, in [0, 1]."""
    if alike == 0:
        return np.full(tasks, rate)
    if alike == 1:
        return (draw.random(tasks) < rate).astype(np.float64)
    spread = (1 - alike) / alike
    return draw.beta(rate * spread, (1 - rate) * spread, size=tasks)


def _held(*, rounds: int, tasks: int, runs: int, alike: float, rate: float) -> float:
    draw = np.random.default_rng([tasks, runs, int(alike * 10), int(rate * 100)])
    held = 0
    for _ in range(rounds):
        chances = _chances(draw, tasks, rate, alike)
        solved = draw.binomial(runs, chances).astype(np.float64)
        ability = solve_rate(solved, np.full(tasks, runs)).ability
        held += ability.low <= rate <= ability.high
    return held / rounds


@pytest.mark.parametrize("tasks", [2, 3, 8, 30])
@pytest.mark.parametrize(("runs", "alike"), [(1, 0.0), (3, 0.0), (3, 0.5), (5, 0.5), (5, 1.0)])
@pytest.mark.parametrize("rate", [0.02, 0.3, 0.8])
def test_the_interval_holds_the_true_rate_about_as_often_as_it_says(
    tasks: int, runs: int, alike: float, rate: float
) -> None:
    assert _held(rounds=ROUNDS, tasks=tasks, runs=runs, alike=alike, rate=rate) >= LEAST


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize("tasks", [2, 3, 5, 8, 20, 60])
@pytest.mark.parametrize(
    ("runs", "alike"),
    [(1, 0.0), *((runs, alike) for runs in (3, 5) for alike in (0.0, 0.2, 0.5, 0.9, 1.0))],
)
@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2, 0.5, 0.8, 0.95])
def test_coverage_over_many_rounds(tasks: int, runs: int, alike: float, rate: float) -> None:
    held = _held(rounds=SOAK_ROUNDS, tasks=tasks, runs=runs, alike=alike, rate=rate)

    assert held >= SOAK_LEAST


@pytest.mark.parametrize("tasks", [2, 5, 20])
@pytest.mark.parametrize("shape", [(0.05, 0.05), (0.5, 0.5), (0.3, 2.7), (5.0, 0.2)])
def test_it_holds_with_unequal_runs_and_runs_lost_to_infrastructure(
    tasks: int, shape: tuple[float, float]
) -> None:
    """Tasks have one to five runs, and each run is lost with one chance in ten."""
    draw = np.random.default_rng([tasks, int(shape[0] * 100)])
    held = 0
    for _ in range(ROUNDS):
        chances = draw.beta(*shape, size=tasks)
        runs = draw.binomial(draw.integers(1, 6, tasks), 0.9)
        left = runs > 0
        if left.sum() < 2:
            held += 1  # reported as not measured
            continue
        solved = draw.binomial(runs[left], chances[left]).astype(np.float64)
        ability = solve_rate(solved, runs[left]).ability
        held += ability.low <= shape[0] / sum(shape) <= ability.high
    assert held / ROUNDS >= LEAST
