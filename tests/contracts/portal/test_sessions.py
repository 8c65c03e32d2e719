"""When sessions end, and what is noted of refusals: whole requests, no browser."""

from typing import Any

import pytest
from worker_portal import Workplace, workplace

PREPARE = """
from datetime import timedelta
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.test import Client
from seatrial.faces.web.accounts.models import Account, SignIn
from seatrial.faces.web.accounts.session_end import BEGAN, USED

# Neither a browser's address nor built assets are there.
user_logged_in.receivers = []
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
LOGIN = "/account/login/"

def client(name="eve", password=None):
    account = Account.objects.get(name=name)
    Authenticator.objects.get_or_create(user=account, type="totp", data={"secret": "x"})
    if password:
        account.set_password(password)
        account.save()
    made = Client(SERVER_NAME="127.0.0.1")
    made.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    made.get("/inbox/")
    return made

def is_in(one, path="/inbox/"):
    answer = one.get(path)
    return not (answer.status_code == 302 and answer["Location"].startswith(LOGIN))

def earlier(one, **minutes):
    session = one.session
    for name, number in minutes.items():
        session[name] -= number * 60
    session.save()

def come_as_auditor(one):
    from seatrial.core.ledger.aggregate import Setting
    from seatrial.core.ledger.entry import StreamId
    from seatrial.core.people import Actor, PartyId, Role
    from seatrial.core.canonical import digest_bytes
    from seatrial.review.party import events as party
    from seatrial.review.party.aggregate import PARTY
    of, code, now = PartyId("court"), digest_bytes(b"code"), the_clock().now()
    ends = now + timedelta(days=1)
    by = Setting(at=now, actor=Actor(person=None, party=None, by="test"))
    came = Setting(at=now, actor=Actor(person=one.person_id, party=of, by="test"))
    roles, invited = (Role.AUDITOR, Role.ADMINISTRATOR), {"invitation": "i", "code": code}
    with the_ledger().unit() as unit:
        for command, who in (
            (party.Registered(party=of, name="Court", roles=roles), by),
            (party.PersonInvited(role=Role.AUDITOR, expires_at=ends, **invited), by),
            (party.InvitationAccepted(person=one.person_id, **invited), came),
        ):
            unit.handle(PARTY, StreamId(f"party/{of}"), command, who)

SignIn.objects.all().delete()
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace(tmp_path_factory.mktemp("sessions") / "data")


def ask(place: Workplace, code: str) -> Any:
    return place.ask(PREPARE + code)


def test_a_session_ends_after_half_an_hour_without_use(place: Workplace) -> None:
    found = ask(
        place,
        "one = client()\n"
        "earlier(one, used=29, began=29)\n"
        "before = is_in(one)\n"
        "earlier(one, used=31)\n"
        "idle, again = is_in(one), is_in(one)\n"
        "page = one.get('/account/login/').content.decode()\n"
        "rows = list(SignIn.objects.values_list('what', 'email'))\n"
        "answer = [before, idle, again, 'your session was over' in page, rows]",
    )
    assert found == [True, False, False, True, [["timed out", "eve@example.org"]]]


def test_use_makes_it_last_and_is_written_once_a_minute(place: Workplace) -> None:
    found = ask(
        place,
        "one = client()\n"
        "first = one.session[USED]\n"
        "is_in(one)\n"
        "same = one.session[USED] == first\n"
        "stays = []\n"
        "for _ in range(4):\n"
        "    earlier(one, used=20, began=20)\n"
        "    stays.append(is_in(one))\n"
        "answer = [same, stays]",
    )
    assert found == [True, [True] * 4]


def test_a_session_ends_after_twelve_hours_of_use(place: Workplace) -> None:
    found = ask(
        place,
        "one = client()\n"
        "earlier(one, began=719)\n"
        "before = is_in(one)\n"
        "earlier(one, began=2)\n"
        "answer = [before, is_in(one)]",
    )
    assert found == [True, False]


def test_a_board_that_asks_by_itself_is_no_use(place: Workplace) -> None:
    found = ask(
        place,
        "one = client()\n"
        "earlier(one, used=20)\n"
        "one.get('/submissions/none/trials/t1/board')\n"
        "earlier(one, used=11)\n"
        "answer = is_in(one)",
    )
    assert found is False


def test_a_clock_that_was_set_back_makes_no_session_last(place: Workplace) -> None:
    assert (
        ask(place, "one = client()\nearlier(one, used=-2, began=-2)\nanswer = is_in(one)") is False
    )


def test_a_form_sent_after_the_end_does_nothing_and_accounts_pages_ask_too(
    place: Workplace,
) -> None:
    found = ask(
        place,
        "one = client('dora')\n"
        "size = the_ledger().head().size\n"
        "earlier(one, used=31)\n"
        "answer = one.post('/coverage/ask', {'name': 'Late', 'facts': 'Late.'})\n"
        "other = client('dora')\n"
        "earlier(other, used=31)\n"
        "answer = [answer.status_code, answer['Location'], size == the_ledger().head().size,\n"
        "          is_in(other, '/account/password/change/'), other.get('/').status_code]",
    )
    assert found == [302, "/account/login/?next=/coverage/ask", True, False, 200]


def test_a_changed_password_ends_the_other_sessions(place: Workplace) -> None:
    found = ask(
        place,
        "old, new = 'a long passphrase of tests 7', 'another passphrase of tests 8'\n"
        "here, there = client(password=old), client()\n"
        "before = is_in(there)\n"
        "form = {'oldpassword': old, 'password1': new, 'password2': new}\n"
        "sent = here.post('/account/password/change/', form)\n"
        "if 'reauthenticate' in sent.get('Location', ''):\n"
        "    here.post(sent['Location'], {'password': old})\n"
        "    sent = here.post('/account/password/change/', form)\n"
        "changed = Account.objects.get(name='eve').check_password(new)\n"
        "answer = [before, changed, is_in(here), is_in(there)]",
    )
    assert found == [True, True, True, False]


def test_what_is_refused_leaves_a_row_without_secrets(place: Workplace) -> None:
    found = ask(
        place,
        "one = client('dora')\n"
        "paths = ('/ledger/entries', '/submissions/none', '/nowhere',\n"
        "         '/invitation/lab/none/SECRETCODE')\n"
        "codes = [one.get(path).status_code for path in paths]\n"
        "Client(SERVER_NAME='127.0.0.1').get('/ledger/entries')\n"
        "rows = list(SignIn.objects.order_by('pk').values_list('what', 'email', 'place'))\n"
        "answer = [codes, rows]",
    )
    (entries, submission, nowhere, invitation), rows = found
    assert (entries, submission, nowhere) == (403, 404, 404)
    assert rows[:2] == [
        ["refused 403", "dora@example.org", "GET /ledger/entries"],
        ["refused 404", "dora@example.org", "GET /submissions/none"],
    ]
    assert invitation in {200, 400, 404}
    assert "SECRETCODE" not in str(rows)


def test_a_form_of_others_is_noted_as_refused(place: Workplace) -> None:
    found = ask(
        place,
        "one = client('dora')\n"
        "one.handler.enforce_csrf_checks = True\n"
        "code = one.post('/coverage/ask', {'name': 'Forged'}).status_code\n"
        "answer = [code, list(SignIn.objects.values_list('what', 'place'))]",
    )
    assert found == [403, [["refused 403", "POST /coverage/ask"]]]


def test_the_auditor_reads_what_was_refused(place: Workplace) -> None:
    """Through the API too, where a token says who it was."""
    found = ask(
        place,
        "from seatrial.core.access.standing import TokenScope\n"
        "from seatrial.faces.web.accounts.tokens import make_token\n"
        "now = the_clock().now()\n"
        "scope = TokenScope(case='opencase', purpose='own model')\n"
        "dora = Account.objects.get(name='dora')\n"
        "token = make_token(dora, scope, now, now + timedelta(days=1))\n"
        "plain = Client(SERVER_NAME='127.0.0.1')\n"
        "head = {'Authorization': f'Bearer {token}'}\n"
        "code = plain.get('/api/submissions/othercase', headers=head).status_code\n"
        "come_as_auditor(Account.objects.create_user('ada@example.org', None, name='ada'))\n"
        "page = client('ada').get('/ledger/sign-ins').content.decode()\n"
        "answer = [code, 'refused 404' in page, 'GET /api/submissions/othercase' in page,\n"
        "          'dora@example.org' in page]",
    )
    assert found == [404, True, True, True]
