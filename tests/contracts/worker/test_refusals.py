"""Rows about what was refused are kept for the time that is set, and go on record."""

from typing import Any

import pytest
from worker_portal import Workplace, workplace

IN_PORTAL = """
from datetime import timedelta
from django.conf import settings
from seatrial.faces.web.accounts.models import SignIn
from seatrial.faces.worker.acting import act
from seatrial.faces.worker.due import DueReader, REFUSALS
from seatrial.wiring.worker import the_blob_folder
now = the_clock().now()
SignIn.objects.all().delete()
def row(what, days):
    SignIn.objects.create(at=now - timedelta(days=days), what=what, email="", address="", agent="")
def due():
    found = DueReader(the_ledger(), the_blob_folder()).due(now)
    return [one for one in found if one.stream == REFUSALS]
def entries():
    return [dict(one.entry.facts)["rows"] for one in the_ledger().history(REFUSALS)]
def left():
    return sorted(SignIn.objects.values_list("what", flat=True))
"""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = workplace(tmp_path_factory.mktemp("refusals") / "data")
    return Workplace(data=place.data, environment={"SEATRIAL_REFUSAL_DAYS": "30"})


def ask(place: Workplace, code: str) -> Any:
    return place.ask(f"{IN_PORTAL}\n{code}")


def test_rows_past_their_time_go_once_and_the_ledger_has_it(place: Workplace) -> None:
    before, first, again, after, later, rows = ask(
        place,
        "row('refused 404', 29.9); row('refused 403', 30.5); row('signed in', 400)\n"
        "answer = [len(due())]\n"
        "row('refused 404', 31.1); row('refused 404', 300)\n"
        "(one,) = due()\n"
        "answer += [act(one, 'k1'), act(one, 'k1'), left(), len(due()), entries()]",
    )

    # What is past its time by less than a day waits for the next time.
    assert before == 0
    assert (first, again) == (True, False)
    assert after == ["refused 404", "signed in"]
    assert (later, rows) == (0, [3])


def test_nothing_goes_without_its_entry(place: Workplace) -> None:
    kept, rows = ask(
        place,
        "row('refused 404', 300)\n"
        "(one,) = due()\n"
        "import seatrial.faces.worker.acting as acting\n"
        "def broken(**_): raise RuntimeError\n"
        "acting.RefusalsRemoved = broken\n"
        "try: act(one, 'k2')\n"
        "except RuntimeError: pass\n"
        "answer = [left(), entries()]",
    )

    assert (kept, rows) == (["refused 404"], [])
