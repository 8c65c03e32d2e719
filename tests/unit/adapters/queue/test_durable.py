"""DBOS as it is set up here."""

import pytest

from seatrial.adapters.queue.durable import SWEEPS, durable_work
from seatrial.core.problem import BadInputError


def test_an_environment_that_leads_dbos_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DBOS__CONDUCTOR_URL", "wss://elsewhere.example")
    work = durable_work("sqlite://", "one", queues=[SWEEPS], trials_at_once=1, poll_seconds=1)

    with pytest.raises(BadInputError, match="DBOS__CONDUCTOR_URL"):
        work.__enter__()
