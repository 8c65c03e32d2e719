"""Figures of one quarter, from the ledger as it stood when they were published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from seatrial.adapters.store.models import LedgerEntry
from seatrial.core.ledger.aggregate import Aggregate, fold
from seatrial.core.ledger.entry import StreamId
from seatrial.faces.desk.policy import policy_in_force
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.transparency.figures import publish
from seatrial.review.transparency.periods import Quarter, published_quarters, quarter_of
from seatrial.review.transparency.suppression import ShownTable
from seatrial.wiring.portal import the_ledger

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is published of a quarter. minimum: smallest group shown, by the policy of then."""

    quarter: Quarter
    minimum: int
    tables: tuple[ShownTable, ...]


def quarters(now: datetime) -> tuple[Quarter, ...]:
    """Give the quarters whose figures are out, the latest first."""
    return published_quarters(_begun(now), now)


def next_figures(now: datetime) -> datetime:
    """Give when the next figures come out."""
    out = quarters(now)
    return (out[0].next() if out else quarter_of(_begun(now))).published_at


@cache
def figures_of(data: Path, quarter: Quarter) -> Figures:
    """Give a quarter's figures; the caller checks that they are out.

    A submission counts in the quarter in which it was offered, an incident in the one in which it
    was opened, each as it stood when the quarter's figures came out. The policy of that moment
    gives the smallest group. So nothing that comes later changes them, and they are kept.
    """
    minimum = policy_in_force(data, quarter.published_at).policy.minimum_cell
    return Figures(
        quarter=quarter,
        minimum=minimum,
        tables=publish(
            _states(SUBMISSION, "submission.offered", quarter),
            _states(INCIDENT, "incident.opened", quarter),
            minimum=minimum,
        ),
    )


def _begun(now: datetime) -> datetime:
    """Give when the programme began; now, before its first entry."""
    return LedgerEntry.objects.order_by("index").values_list("at", flat=True).first() or now


def _states(aggregate: Aggregate[S | None, C, E], beginning: str, quarter: Quarter) -> Iterator[S]:
    """Give the states, at publication, of what began in a quarter."""
    began = LedgerEntry.objects.filter(
        kind=beginning, at__gte=quarter.begins_at, at__lt=quarter.ends_at
    )
    for stream in began.order_by("index").values_list("stream", flat=True):
        entries = (one.entry for one in the_ledger().history(StreamId(stream)))
        state = fold(aggregate, (one for one in entries if one.at < quarter.published_at))
        if state is not None:
            yield state
