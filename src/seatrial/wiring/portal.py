"""The portal and the ledger's commands: ports joined to adapters. Django is set up before."""

from functools import cache

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.core.ports import Clock
from seatrial.review.lists import PROJECTIONS


@cache
def the_ledger() -> DatabaseLedger:
    """Give the ledger of Django's database, the same for all threads of the process."""
    return DatabaseLedger(PROJECTIONS)


def the_clock() -> Clock:
    """Give the machine's clock."""
    return SystemClock()
