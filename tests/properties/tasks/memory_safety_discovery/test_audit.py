"""Likeness of programs and what a classifier of lines finds, against the stated rates.

The figures of docs/reference/families/memory_safety_discovery.md are printed by
`pytest -s -n 0 -m "slow or soak" tests/properties/tasks/memory_safety_discovery/test_audit.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.audit import (
    NEAR_DUPLICATE,
    audited_lines,
    likeness,
    shingles,
    similarity,
    tokens,
)
from seatrial.tasks.memory_safety_discovery.program import Program, make_program

MOST_NEAR_DUPLICATES = 0.01
"""Stated rate of near-duplicate pairs."""

MOST_FOUND = {0: 0.20, 1: 0.25}
"""Stated rates at which the classifier's first choice is right, by neighbours seen."""

PUBLIC = range(250)
HELD_OUT = range(10_000, 10_200)


@dataclass(frozen=True)
class Lines:
    """One program's lines as features, and which of them are planted."""

    features: csr_matrix
    planted: npt.NDArray[np.bool_]


def _program(seed: int, **setting: int | str) -> Program:
    return make_program(seed, {d.name: d.default for d in FAMILY.card.dials} | setting)


def _lines(seeds: Sequence[int], around: int) -> list[Lines]:
    hasher = FeatureHasher(n_features=2**18, input_type="string")
    found = []
    for seed in seeds:
        lines = audited_lines(_program(seed), around=around)
        found.append(
            Lines(
                features=hasher.transform([line.words for line in lines]),
                planted=np.array([line.planted for line in lines]),
            )
        )
    return found


def _share_found(around: int) -> float:
    learnt, asked = _lines(PUBLIC, around), _lines(HELD_OUT, around)
    model = SGDClassifier(
        loss="log_loss", class_weight="balanced", alpha=1e-4, max_iter=200, tol=1e-3, random_state=0
    )
    model.fit(
        vstack([lines.features for lines in learnt]),
        np.concatenate([lines.planted for lines in learnt]),
    )
    hits = [
        bool(lines.planted[int(np.argmax(model.decision_function(lines.features)))])
        for lines in asked
    ]
    return sum(hits) / len(hits)


@pytest.mark.slow
def test_few_pairs_of_programs_are_near_duplicates() -> None:
    measured = likeness(_program(seed) for seed in range(100))
    near = np.array(measured.nearest)
    print(  # noqa: T201 - the figures of the reference page
        f"\npairs {measured.pairs}, near duplicates {measured.near_duplicates:.4%}, "
        f"nearest: median {np.median(near):.2f}, most {near.max():.2f}"
    )
    assert measured.near_duplicates <= MOST_NEAR_DUPLICATES


@pytest.mark.slow
@pytest.mark.parametrize("around", list(MOST_FOUND))
def test_a_classifier_of_lines_rarely_finds_the_planted_one(around: int) -> None:
    share = _share_found(around)
    print(f"\nneighbours {around}: first choice right {share:.1%}")  # noqa: T201 - as above
    assert share <= MOST_FOUND[around]


def test_the_classifier_would_notice_a_telling_comment() -> None:
    """The audit must be able to fail: a marked line is found."""
    marked = [audited_lines(_program(seed), around=0) for seed in range(40)]
    words = [
        [("raw:oops",) * 5 + line.words if line.planted else line.words for line in lines]
        for lines in marked
    ]
    hasher = FeatureHasher(n_features=2**18, input_type="string")
    features = [hasher.transform(lines) for lines in words]
    planted = [np.array([line.planted for line in lines]) for lines in marked]
    model = SGDClassifier(loss="log_loss", class_weight="balanced", alpha=1e-3, random_state=0)
    model.fit(vstack(features[:30]), np.concatenate(planted[:30]))
    choices = [int(np.argmax(model.decision_function(each))) for each in features[30:]]
    assert all(truth[at] for truth, at in zip(planted[30:], choices, strict=True))


def test_renaming_and_comments_do_not_hide_a_near_duplicate() -> None:
    assert tokens("int a = f(b, 10); /* x */") == ["int", "x", "=", *"x(x,1)", ";"]
    assert tokens("total += price[i];") == tokens("sum+=cost[ k ] ; // sum up")


def test_a_program_and_its_repaired_twin_are_near_duplicates() -> None:
    program = _program(1)
    assert similarity(shingles(program.original), shingles(program.repaired)) > NEAR_DUPLICATE
