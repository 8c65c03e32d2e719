"""Thresholds: a versioned policy file, never code (R24)."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json

THRESHOLDS_SCHEMA = "seatrial.thresholds/1"


class Metric(StrEnum):
    """What is compared."""

    SOLVE_RATE = "solve_rate"


class Comparator(StrEnum):
    """When a value counts as above."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One line between below and above. value: in [0, 1] for a solve rate."""

    capability: str
    metric: Metric
    comparator: Comparator
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPolicy:
    """A policy file. issuer: who stands behind it."""

    schema: str
    name: str
    version: str
    issuer: str
    threshold: tuple[Threshold, ...]
    note: str = ""


def parse_thresholds(text: str, *, place: str) -> ThresholdPolicy:
    """Read a policy's TOML. place: file name, for messages.

    Raises: BadInputError naming the path in the file and what was expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{place}: {error}.", "Correct the TOML syntax there.") from error
    policy = from_json(ThresholdPolicy, raw, place=place)
    if policy.schema != THRESHOLDS_SCHEMA:
        raise BadInputError(
            f"{place}: schema is {policy.schema!r}, expected '{THRESHOLDS_SCHEMA}'.",
            "Use a policy of this version.",
        )
    seen: set[str] = set()
    for index, threshold in enumerate(policy.threshold):
        if not 0 <= threshold.value <= 1:
            raise BadInputError(
                f"{place}: threshold[{index}].value is {threshold.value}, expected 0 to 1.",
                "A solve rate is a share.",
            )
        if threshold.capability in seen:
            raise BadInputError(
                f"{place}: threshold[{index}].capability {threshold.capability!r} is given twice.",
                "Give each capability one threshold.",
            )
        seen.add(threshold.capability)
    return policy
