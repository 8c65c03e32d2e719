"""`seatrial host` starts with a token and with nothing that leads to the portal's data."""

import pytest

from seatrial.core.problem import BadInputError, RefusedError
from seatrial.faces.cli import host as command
from seatrial.faces.worker.stop import Stop


@pytest.fixture(autouse=True)
def _no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "stop_by_signal", Stop)
    monkeypatch.delenv(command.TOKEN, raising=False)


@pytest.mark.parametrize(
    "name",
    ["SEATRIAL_DATABASE", "SEATRIAL_WORK_DATABASE", "SEATRIAL_OPERATOR_KEY", "SEATRIAL_KEY"],
)
def test_it_refuses_what_leads_to_ledger_or_keys(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(command.TOKEN, "token")
    monkeypatch.setenv(name, "something")
    with pytest.raises(RefusedError, match=name):
        command.host()


def test_it_needs_a_token() -> None:
    with pytest.raises(BadInputError, match="no token"):
        command.host()
