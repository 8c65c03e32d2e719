"""Port: who watches a trial while it runs."""

from typing import Protocol

from seatrial.review.forecast import Forecast
from seatrial.review.plan import Plan
from seatrial.review.sample import Spending


class Watcher(Protocol):
    """Told of everything worth showing; must not raise and must return at once."""

    def step(self, name: str, done: int, total: int) -> None:
        """A step that takes over a second has come this far. total 0: not known."""
        ...

    def planned(self, plan: Plan, most: Forecast, *, cap_usd: float, finished: int) -> None:
        """The plan is signed.

        cap_usd: the spending cap in force. finished: samples already there (a resumed trial).
        """
        ...

    def called(self, role: str, sample: str, used: Spending) -> None:
        """A sample has made another model call; `used` is its total so far."""
        ...

    def finished(self, role: str, sample: str, outcome: str, used: Spending) -> None:
        """A sample is finished and kept."""
        ...

    def alert(self, sample: str, what: str) -> None:
        """A rule was broken (R3). `what` is escaped, one line."""
        ...
