"""Coming into a party, going from it, and what follows at once: whole requests, no browser."""

from typing import Any

import pytest
from worker_portal import Workplace, workplace

pytestmark = pytest.mark.slow

CLIENTS = """
import re
from datetime import timedelta
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import mail
from django.test import Client
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId, PartyId, PersonId, Role
from seatrial.core.access.standing import TokenScope
from seatrial.core.canonical import digest_bytes
from seatrial.faces.desk.standing import Whoever, party_of
from seatrial.faces.web.accounts.models import Account, ApiToken
from seatrial.faces.web.accounts.tokens import make_token
from seatrial.review.party import events as party
from seatrial.review.party.aggregate import PARTY
# Neither a browser's address nor built assets are there.
user_logged_in.receivers = []
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
mail.outbox = []

def person(name):
    return Account.objects.get(name=name).person

def client(name, email=None):
    account = Account.objects.filter(name=name).first()
    if account is None:
        account = Account.objects.create_user(email or f"{name}@example.org", None, name=name)
    Authenticator.objects.get_or_create(user=account, type="totp", data={"secret": "x"})
    made = Client(SERVER_NAME="127.0.0.1")
    made.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    return made

def invited(by, email, role):
    assert client(by).post("/people/", {"email": email, "role": role}).status_code == 302
    return re.search(r"/invitation/\\S+", mail.outbox[-1].body).group()

def join(name, path, email=None):
    return client(name, email).post(path, {"name": name}).status_code

def party_name(name):
    held = party_of(the_ledger(), PersonId(person(name)))
    return held and held.party

def change(by, name, what):
    return client(by).post(f"/people/{person(name)}/change", {"change": what}).status_code

def token(name):
    now = the_clock().now()
    scope = TokenScope(case=CaseId("opencase"), purpose="evaluation")
    return make_token(Account.objects.get(name=name), scope, now, now + timedelta(days=9))

def get(path, secret):
    given = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    return Client(SERVER_NAME="127.0.0.1").get(path, **given).status_code
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace(tmp_path_factory.mktemp("membership") / "data")


def ask(place: Workplace, code: str) -> Any:
    return place.ask(f"{CLIENTS}\n{code}")


def test_an_invitation_opens_once_and_for_its_address_alone(place: Workplace) -> None:
    thief, case, again, where = ask(
        place,
        "path = invited('admin', 'Nina@Example.org', 'developer')\n"
        "answer = [join('thief', path), join('nina', path, 'nina@example.org')]\n"
        "answer += [join('late', path), [party_name(one) for one in ('thief', 'nina', 'late')]]",
    )

    assert (thief, case, again) == (400, 302, 400)
    assert where == [None, "lab", None]


def test_nobody_comes_into_a_second_party(place: Workplace) -> None:
    status, where = ask(
        place,
        "path = invited('admin', 'olga@example.org', 'developer')\n"
        "answer = [join('olga', path), party_name('olga')]",
    )

    assert (status, where) == (400, "operator")


def test_who_leaves_loses_cases_tokens_and_pages_at_once(place: Workplace) -> None:
    before, changed, after, page, again = ask(
        place,
        "secret, held = token('eve'), client('eve')\n"
        "answer = [get('/api/submissions/opencase', secret), change('head', 'eve', 'leaves')]\n"
        "answer += [get('/api/submissions/opencase', secret)]\n"
        "answer += [held.get('/submissions/opencase').status_code]\n"
        "answer += [change('head', 'eve', 'leaves')]",
    )

    assert (before, changed) == (200, 302)
    assert (after, page, again) == (401, 404, 404)


def test_who_loses_a_role_loses_it_in_every_case(place: Workplace) -> None:
    before, taken, after, given, back = ask(
        place,
        "secret = token('olga')\n"
        "def read(): return get('/api/submissions/opencase', secret)\n"
        "answer = [read(), change('head', 'olga', 'takes determining-official'), read()]\n"
        "answer += [change('head', 'olga', 'gives determining-official'), read()]",
    )

    assert (before, taken, after) == (200, 302, 404)
    assert (given, back) == (302, 200)


@pytest.mark.parametrize("what", ["leaves", "takes administrator"])
def test_a_party_keeps_an_administrator(place: Workplace, what: str) -> None:
    changed = f"change('admin', 'admin', {what!r})"
    said = ask(place, f"answer = [{changed}, {changed}, party_name('admin')]")
    # The form again, with the reason; one who had ceased to be administrator would be refused it.
    assert said == [200, 200, "lab"]


@pytest.mark.parametrize(("by", "status"), [("dora", 403), ("otto", 403), ("head", 404)])
def test_only_a_partys_own_administrator_changes_its_people(
    place: Workplace, by: str, status: int
) -> None:
    assert ask(place, f"answer = change({by!r}, 'dora', 'leaves')") == status


def test_a_party_that_leaves_can_do_nothing_more(place: Workplace) -> None:
    others, operator, left, page, where = ask(
        place,
        "held = client('otto')\n"
        "def leave(by, name):\n"
        "    return client(by).post(f'/parties/{name}/leave', {'reason': 'r'}).status_code\n"
        "answer = [leave('dora', 'other-lab'), leave('head', 'operator')]\n"
        "answer += [leave('head', 'other-lab')]\n"
        "answer += [held.get('/submissions/otherdraft').status_code, party_name('otto')]",
    )

    assert (others, operator, left) == (403, 404, 302)
    assert (page, where) == (404, None)


def test_a_conflict_goes_along_to_another_party(place: Workplace) -> None:
    """Who declared one and changes parties is excluded until somebody finds that it is gone."""
    declared, moved, excluded, resolved, after = ask(
        place,
        "from seatrial.core.access.action import Action\n"
        "from seatrial.core.access.standing import Granted\n"
        "from seatrial.faces.web.acting import the_desk\n"
        "from seatrial.review.team.aggregate import TEAM, Assigned, Member, Released\n"
        "ledger, now = the_ledger(), the_clock().now()\n"
        "client('mia')\n"
        "mia = PersonId(person('mia'))\n"
        "def by(of): return Setting(at=now, actor=Actor(person=mia, party=of, by='test'))\n"
        "def do(of, *events):\n"
        "    for one in events: ledger.handle(PARTY, StreamId(f'party/{of}'), one, by(of))\n"
        "code, role = digest_bytes(b'c'), Role.CONSULTEE\n"
        "for of in ('first', 'second'):\n"
        "    do(of, party.Registered(party=of, name=of, roles=(role,)))\n"
        "def come(of):\n"
        "    ends = now + timedelta(days=1)\n"
        "    do(of, party.PersonInvited(invitation='i', code=code, role=role, expires_at=ends))\n"
        "    do(of, party.InvitationAccepted(invitation='i', person=mia, code=code))\n"
        "def team(*events):\n"
        "    for one in events: ledger.handle(TEAM, StreamId('team/opencase'), one, by('x'),\n"
        "        case=CaseId('opencase'))\n"
        "def place(of): return Assigned(member=Member(person=mia, party=of, role=role,\n"
        "    purposes=('audit',)))\n"
        "def reads(): return isinstance(the_desk().may(Whoever(person=mia), Action.READ_CASE,\n"
        "    CaseId('opencase')), Granted)\n"
        "come('first')\n"
        "team(place('first'))\n"
        "answer = [client('mia').post('/submissions/opencase/conflict', {'nature': 'n'})"
        ".status_code]\n"
        "do('first', party.PersonLeft(person=mia))\n"
        "come('second')\n"
        "team(Released(person=mia, reason='r'), place('second'))\n"
        "answer += [party_name('mia'), reads()]\n"
        "path = f'/team/opencase/resolve/{mia}'\n"
        "answer += [client('head').post(path, {'reason': 'r'}).status_code, reads()]",
    )

    assert (declared, moved, excluded) == (302, "second", False)
    assert (resolved, after) == (302, True)


@pytest.mark.parametrize("name", ["Evil\r\nBcc: victim@example.org", "A\nB", "A\x00B", "A\x85B"])
def test_an_organisations_name_is_one_line_and_adds_nothing_to_mails(
    place: Workplace, name: str
) -> None:
    given = {"name": name, "roles": "developer", "email": "n@example.org"}
    status, mails = ask(
        place,
        f"answer = [client('head').post('/parties/register', {given!r}).status_code]\n"
        "answer += [len(mail.outbox)]",
    )

    assert (status, mails) == (200, 0)


def test_an_invitation_goes_to_one_address(place: Workplace) -> None:
    given = {"email": "a@example.org\r\nBcc: v@example.org", "role": "developer"}
    status, mails = ask(
        place,
        f"answer = [client('admin').post('/people/', {given!r}).status_code, len(mail.outbox)]",
    )

    assert (status, mails) == (200, 0)
