"""The programme's policy file: names, numbers and clocks, never code."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json

PROGRAMME_SCHEMA = "seatrial.programme/1"

SMALLEST_CELL = 3
"""Submissions. Source: `review/transparency/suppression.py`, whose test finds two too few."""


class Selection(StrEnum):
    """Who chooses trusted partners."""

    JOINT = "joint"
    DEVELOPER = "developer"
    PROGRAMME = "programme"


class Extender(StrEnum):
    """Who may extend a window. The programme is no member: it cannot lengthen its own access."""

    DEVELOPER = "developer"
    NOBODY = "nobody"


class Weekday(StrEnum):
    """Days as Python counts them: Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """Lengths in days from access. warning_days: before the end, each warns once."""

    maximum_days: int
    extended_maximum_days: int
    extended_by: Extender
    warning_days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRules:
    """How trusted partners are chosen."""

    selected_by: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationRules:
    """office: as printed. objection_days: least time between recommendation and determination."""

    office: str
    objection_days: int
    minimum_consultees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRules:
    """maximum_days: the most that terms may keep sealed content for, after the case has ended."""

    maximum_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRules:
    """maximum_days: from issue to expiry. retest: events that call for a new trial."""

    maximum_days: int
    retest: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRules:
    """What business days are. zone: IANA name; its rules are looked up by the caller."""

    zone: str
    weekend: tuple[Weekday, ...]
    holidays: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """One incident clock: exactly one unit is given. duty: what must be done by then."""

    name: str
    duty: str
    hours: int | None = None
    business_days: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePolicy:
    """A policy file. purposes: what sealed content may be used for.

    minimum_cell: smallest group shown in published figures, at least 3.
    """

    schema: str
    name: str
    version: str
    issuer: str
    purposes: tuple[str, ...]
    minimum_cell: int
    window: WindowRules
    partners: PartnerRules
    determination: DeterminationRules
    retention: RetentionRules
    certificate: CertificateRules
    calendar: CalendarRules
    clock: tuple[ClockRule, ...]
    note: str = ""


def parse_programme(text: str, *, place: str) -> ProgrammePolicy:
    """Read a policy's TOML. place: file name, for messages.

    Raises: BadInputError naming the path in the file and what was expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{place}: {error}.", "Correct the TOML syntax there.") from error
    policy = from_json(ProgrammePolicy, raw, place=place)
    for path, expected in _faults(policy):
        raise BadInputError(f"{place}: {path} must be {expected}.", f"Correct it in {place}.")
    return policy


def _faults(policy: ProgrammePolicy) -> Iterator[tuple[str, str]]:
    """Give what the types alone let pass: path and what was expected."""
    window, names = policy.window, [clock.name for clock in policy.clock]
    rules = (
        (policy.schema == PROGRAMME_SCHEMA, "schema", f"'{PROGRAMME_SCHEMA}'"),
        (_distinct(policy.purposes), "purposes", "a list without repeats, not empty"),
        # With two, a hidden small cell could only be one, and that one is its developer.
        (policy.minimum_cell >= SMALLEST_CELL, "minimum_cell", f"at least {SMALLEST_CELL}"),
        (window.maximum_days > 0, "window.maximum_days", "at least 1"),
        (
            window.extended_maximum_days >= window.maximum_days,
            "window.extended_maximum_days",
            "at least window.maximum_days",
        ),
        (
            all(days > 0 for days in window.warning_days),
            "window.warning_days",
            "days before the end, each at least 1",
        ),
        (
            policy.determination.objection_days > 0,
            "determination.objection_days",
            "at least 1: the developer can always object",
        ),
        (
            policy.determination.minimum_consultees >= 0,
            "determination.minimum_consultees",
            "0 or more",
        ),
        (policy.retention.maximum_days >= 0, "retention.maximum_days", "0 or more"),
        (policy.certificate.maximum_days > 0, "certificate.maximum_days", "at least 1"),
        (_distinct(policy.certificate.retest), "certificate.retest", "without repeats, not empty"),
        (
            len(set(policy.calendar.weekend)) < len(Weekday),
            "calendar.weekend",
            "less than the whole week",
        ),
        (_distinct(names), "clock", "not empty, with different names"),
        *(
            (
                _has_one_unit(clock),
                f"clock[{index}]",
                "given one of hours, business_days, days",
            )
            for index, clock in enumerate(policy.clock)
        ),
    )
    yield from ((path, expected) for fits, path, expected in rules if not fits)


def _distinct(names: Sequence[str]) -> bool:
    return bool(names) and len(set(names)) == len(names)


def _has_one_unit(clock: ClockRule) -> bool:
    given = [one for one in (clock.hours, clock.business_days, clock.days) if one is not None]
    return len(given) == 1 and given[0] > 0
