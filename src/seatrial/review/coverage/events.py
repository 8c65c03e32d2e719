"""What happens to a coverage inquiry."""

from dataclasses import dataclass
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.people import PersonId
from seatrial.review.submission.work_events import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A developer asked whether a model is covered. facts: of a sealed description."""

    name: str
    facts: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsAsked:
    """The programme needs to know more before it can answer."""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsGiven:
    """The developer told more. facts: of a sealed description."""

    facts: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A named official answered. reasons: told to the developer."""

    official: PersonId
    office: str
    answer: Finding
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The developer no longer asks."""


Event: TypeAlias = Asked | FactsAsked | FactsGiven | Answered | TakenBack
