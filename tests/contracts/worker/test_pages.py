"""Inbox and trial boards, as the portal serves them: whole requests, no browser."""

from pathlib import Path
from typing import Any

import pytest
from tried import signed_plan
from worker_portal import Workplace, workplace

PREPARE = """
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from seatrial.adapters.queue.board import FinishedSample
from seatrial.core.people import CaseId
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.worker.notices import tell_people
from seatrial.wiring.worker import the_boards

# Neither a browser's address nor built assets are there.
user_logged_in.receivers = []
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain

def client(name):
    account = Account.objects.get(name=name)
    Authenticator.objects.get_or_create(user=account, type="totp", data={"secret": "x"})
    made = Client(SERVER_NAME="127.0.0.1")
    made.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return made

def get(name, path):
    found = client(name).get(path)
    return [found.status_code, found.content.decode()]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder: Path = tmp_path_factory.mktemp("pages")
    made = workplace(folder / "data")
    made.seed("plan", signed_plan(folder), 'model = "reference/novice"')
    return made


def ask(place: Workplace, code: str) -> Any:
    return place.ask(PREPARE + code)


@pytest.fixture(scope="module")
def ordered(place: Workplace) -> list[Any]:
    """An evaluator looks at the case's trials and orders one."""
    found: list[Any] = ask(
        place,
        "before = get('eve', '/submissions/tried/trials')\n"
        "dora = get('dora', '/submissions/tried/trials')\n"
        "sent = {'trial': 'first', 'variant': 'plain', 'purpose': 'evaluation'}\n"
        "denied = client('dora').post('/submissions/tried/trials', sent).status_code\n"
        "odd = client('eve').post('/submissions/tried/trials', sent | {'purpose': 'fun'})\n"
        "done = client('eve').post('/submissions/tried/trials', sent)\n"
        "answer = [before, dora, denied, odd.status_code, done.status_code, done['Location']]",
    )
    return found


def test_an_evaluator_orders_a_trial_and_nobody_else_does(
    place: Workplace, ordered: list[Any]
) -> None:
    before, dora, denied, odd, done, location = ordered

    assert "Order the trial" in before[1]
    assert dora[0] == 200
    assert "Order the trial" not in dora[1]
    assert (denied, odd, done) == (404, 200, 302)
    assert location == "/submissions/tried/trials/first"
    (started,) = [one for one in place.entries() if one["kind"] == "submission.trial-started"]
    assert started["facts"]["purpose"] == "evaluation"
    assert started["person"] is not None


@pytest.mark.usefixtures("ordered")
def test_the_board_shows_what_is_finished_and_asks_again_until_the_end(place: Workplace) -> None:
    nobody, board = ask(
        place,
        "nobody = get('eve', '/submissions/tried/trials/first')\n"
        "the_boards().say(CaseId('tried'), 'first', 'trying', planned=4)\n"
        "sample = FinishedSample(role='model', sample='task-1', outcome='solved', model_calls=3,"
        " tokens=1200, cost_usd=None)\n"
        "the_boards().finish(CaseId('tried'), 'first', sample)\n"
        "answer = [nobody, get('dora', '/submissions/tried/trials/first/board')]",
    )
    assert "No worker runs it" in nobody[1]
    assert board[0] == 200
    assert "1 of 4 samples are finished" in board[1]
    assert 'hx-trigger="every 3s"' in board[1]
    assert "task-1" in board[1]
    assert "<html" not in board[1]


@pytest.mark.usefixtures("ordered")
def test_a_board_is_its_teams_alone(place: Workplace) -> None:
    found = ask(
        place,
        "answer = [get('otto', '/submissions/tried/trials' + more)[0]"
        " for more in ('', '/first', '/first/board')]",
    )
    assert found == [404, 404, 404]


@pytest.mark.usefixtures("ordered")
def test_the_inbox_tells_others_and_can_be_marked_as_read(place: Workplace) -> None:
    before, after, otto, own = ask(
        place,
        "tell_people(); tell_people()\n"
        "before = get('dora', '/inbox/')\n"
        "client('dora').post('/inbox/')\n"
        "after = get('dora', '/inbox/')\n"
        "from seatrial.adapters.mail.models import Notice\n"
        "eve = Account.objects.get(name='eve').person\n"
        "own = Notice.objects.filter(person=eve, kind='submission.trial-started').count()\n"
        "answer = [before, after, get('otto', '/inbox/'), own]",
    )
    assert before[0] == 200
    assert before[1].count("A trial started") == 1
    assert "Model of tried" in before[1]
    assert "as read" in before[1]
    assert "as read" not in after[1]
    assert "Model of tried" not in otto[1]
    assert own == 0, "who did it is told of it"
