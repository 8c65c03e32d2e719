"""Second factors: a code is good once, and without one nobody with a party sees anything."""

from typing import Any

import pytest
from worker_portal import Workplace, workplace

pytestmark = pytest.mark.slow

PREPARE = """
import time
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from seatrial.faces.web.accounts.models import Account
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
PASSWORD = "correct horse battery"
account = Account.objects.get(name="eve")
account.set_password(PASSWORD)
account.save()
EmailAddress.objects.get_or_create(user=account, email=account.email, verified=True, primary=True)
Authenticator.objects.filter(user=account).delete()
secret = totp.generate_totp_secret()
totp.TOTP.activate(account, secret)

def code():
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))

def sign_in(given, host="127.0.0.1"):
    one = Client(SERVER_NAME=host, REMOTE_ADDR="127.0.0.1")
    one.post("/account/login/", {"login": account.email, "password": PASSWORD})
    one.post("/account/2fa/authenticate/", {"code": given})
    return one, one.get("/submissions/").status_code
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace(tmp_path_factory.mktemp("factors") / "data")


def ask(place: Workplace, code: str) -> Any:
    return place.ask(f"{PREPARE}\n{code}")


def test_a_code_of_an_authenticator_is_good_once(place: Workplace) -> None:
    wrong, first, again = ask(
        place,
        "given = code()\n"
        "answer = [sign_in('000000' if given != '000000' else '000001')[1]]\n"
        "answer += [sign_in(given)[1], sign_in(given)[1]]",
    )

    assert (wrong, first, again) == (302, 200, 302)


def test_a_session_that_a_stranger_planted_is_not_the_one_signed_in(place: Workplace) -> None:
    planted, before, after, theirs = ask(
        place,
        "one = Client(SERVER_NAME='127.0.0.1', REMOTE_ADDR='127.0.0.1')\n"
        "session = one.session\n"
        "session['planted'] = 1\n"
        "session.save()\n"
        "key = session.session_key\n"
        "one.cookies['session'] = key\n"
        "one.post('/account/login/', {'login': account.email, 'password': PASSWORD})\n"
        "one.post('/account/2fa/authenticate/', {'code': code()})\n"
        "other = Client(SERVER_NAME='127.0.0.1', REMOTE_ADDR='127.0.0.1')\n"
        "other.cookies['session'] = key\n"
        "answer = [key, one.cookies['session'].value, one.get('/submissions/').status_code]\n"
        "answer += [other.get('/submissions/').status_code]",
    )

    assert planted != before
    assert (after, theirs) == (200, 302)


def test_a_session_that_is_ended_elsewhere_is_over_at_once(place: Workplace) -> None:
    before, after = ask(
        place,
        "one, before = sign_in(code())\n"
        "Session.objects.filter(session_key=one.cookies['session'].value).delete()\n"
        "answer = [before, one.get('/submissions/').status_code]",
    )

    assert (before, after) == (200, 302)


def test_who_lost_every_factor_sees_nothing_before_a_new_one(place: Workplace) -> None:
    before, after, where = ask(
        place,
        "one, before = sign_in(code())\n"
        "Authenticator.objects.filter(user=account).delete()\n"
        "found = one.get('/submissions/opencase')\n"
        "answer = [before, found.status_code, found['Location']]",
    )

    assert (before, after, where) == (200, 302, "/account/2fa/")


def test_an_account_that_is_closed_is_out_at_once(place: Workplace) -> None:
    before, after = ask(
        place,
        "one, before = sign_in(code())\n"
        "Account.objects.filter(name='eve').update(is_active=False)\n"
        "answer = [before, one.get('/submissions/').status_code]\n"
        "Account.objects.filter(name='eve').update(is_active=True)",
    )

    assert (before, after) == (200, 302)
