"""The submission as an aggregate of the ledger."""

from typing import get_args

from seatrial.core.ledger.aggregate import Aggregate
from seatrial.core.stages import kind_names
from seatrial.review.submission.decide import decide
from seatrial.review.submission.evolve import evolve
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import Command, Event

SUBMISSION: Aggregate[Submission | None, Command, Event] = Aggregate(
    name="submission",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
