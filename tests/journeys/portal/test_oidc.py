"""Signing in through the organisation's own provider: a simulator of one, over real HTTP."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from oidc_simulator import CLIENT, SECRET, OidcSimulator, oidc_simulator
from playwright.sync_api import Browser, Page, expect

from .conftest import Check, Portal, open_guarded, register, set_up_second_factor, totp
from .people import join

pytestmark = pytest.mark.slow

HEAD = "head@office.example"
KNOWN = {"sub": "known", "email": HEAD, "email_verified": True}
LOGIN = "/account/oidc/office/login/"
CALLBACK = f"{LOGIN}callback/"
SECOND = "/account/2fa/authenticate/"


@pytest.fixture(scope="module", autouse=True)
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcSimulator]:
    """A provider, which the module's portal is told of before it starts."""
    with oidc_simulator() as simulator, pytest.MonkeyPatch.context() as patch:
        file: Path = tmp_path_factory.mktemp("oidc") / "oidc.toml"
        lines = (
            'name = "Office sign-in"',
            f'client_id = "{CLIENT}"',
            f'server = "{simulator.url}"',
        )
        file.write_text("\n".join([*lines, f'client_secret = "{SECRET}"']))
        patch.setitem(os.environ, "SEATRIAL_OIDC", str(file))
        simulator.be_honest(**KNOWN)
        yield simulator


@pytest.fixture(scope="module")
def connected(portal: Portal, browser: Browser, check_page: Check) -> Iterator[tuple[Page, str]]:
    """A person of a party who connected their account; their window and authenticator's secret."""
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    register(page, portal, HEAD)
    join(page, portal.first, "Hedy Office")
    secret = set_up_second_factor(page)
    open_guarded(page, "/account/3rdparty/")
    check_page(page, "sign-in-connections")
    page.get_by_role("link", name="Office sign-in").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(re.compile("connected", re.IGNORECASE)).first).to_be_visible()
    yield page, secret
    context.close()


@dataclass
class Visit:
    """A visitor's client, and where the provider's answer led it."""

    client: httpx.Client
    ended: str = ""

    def ask_for_sign_in(self) -> httpx.Response:
        """Press the provider's button; give where it leads."""
        form = self.client.get(LOGIN).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert token, form
        return self.client.post(LOGIN, data={"csrfmiddlewaretoken": token[1]})

    @property
    def is_in(self) -> bool:
        answer = self.client.get("/account", follow_redirects=False)
        return answer.status_code == 200


@contextmanager
def visiting(portal: Portal) -> Iterator[Visit]:
    """Come to the portal with no session."""
    with httpx.Client(base_url=portal.url, timeout=30) as client:
        yield Visit(client)


@contextmanager
def back_from(portal: Portal) -> Iterator[Visit]:
    """Go to the provider and come back from it."""
    with visiting(portal) as visit:
        visit.client.follow_redirects = True
        visit.ended = visit.ask_for_sign_in().url.path
        yield visit


def records(portal: Portal, query: str) -> list[str]:
    """Read one column, as an independent reader."""
    file = portal.data / "seatrial.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute(query)]


def test_a_connected_person_signs_in_and_owes_the_second_factor(
    connected: tuple[Page, str], provider: OidcSimulator, check_page: Check
) -> None:
    page, secret = connected
    asked = provider.asked[-1]
    assert "openid" in asked["scope"].split()
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert len(asked["state"]) >= 16
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign Out").last.click()
    page.goto("/account/login/")
    check_page(page, "sign-in-with-provider")
    page.get_by_role("link", name="Office sign-in").click()
    check_page(page, "sign-in-leaves-for-provider")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(SECOND))
    page.goto("/people/")
    assert "/account/" in page.url, "in before the second factor"
    page.goto(SECOND)
    page.get_by_label("Code").fill(totp(secret, later=1))
    page.get_by_role("button", name="Sign In").first.click()
    page.get_by_role("button", name="Sign out").first.wait_for()
    assert page.goto("/people/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.usefixtures("connected")
def test_nobody_registers_through_the_provider_whatever_address_it_names(
    portal: Portal, provider: OidcSimulator, browser: Browser, check_page: Check
) -> None:
    before = records(portal, "select email from account")
    for email in (HEAD, "new@office.example"):
        provider.be_honest(sub="unknown", email=email, email_verified=True)
        with back_from(portal) as visit:
            assert not visit.is_in
            assert visit.ended != SECOND
    context = browser.new_context(base_url=portal.url)
    page = context.new_page()
    page.goto(LOGIN)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Sign Up Closed")).to_be_visible()
    check_page(page, "sign-up-closed")
    context.close()
    assert records(portal, "select email from account") == before == [HEAD]


MISBEHAVIOURS: dict[str, tuple[str, Any]] = {
    "another state": ("state", "a" * 16),
    "no state": ("state", ""),
    "another issuer": ("claims", {"iss": "https://elsewhere.example"}),
    "for another client": ("claims", {"aud": "another"}),
    "ended": ("claims", {"exp": 1_700_000_000}),
    "another person's facts": ("facts", {"sub": "unknown"}),
    "another person's token": ("claims", {"sub": "unknown"}),
}


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_what_is_not_a_providers_answer_to_this_visitor_opens_nothing(
    name: str, portal: Portal, provider: OidcSimulator
) -> None:
    provider.be_honest(**KNOWN)
    failed = "select what from sign_in where what = 'failed'"
    with back_from(portal) as visit:
        assert visit.ended == SECOND, "an honest answer leads on"
    before = len(records(portal, failed))
    setattr(provider, *MISBEHAVIOURS[name])
    with back_from(portal) as visit:
        assert visit.ended != SECOND
        assert not visit.is_in
        assert visit.client.get("/people/").url.path == "/account/login/"
    assert len(records(portal, failed)) == before + 1


@pytest.mark.usefixtures("connected")
def test_a_code_or_state_of_another_visitor_opens_nothing(
    portal: Portal, provider: OidcSimulator
) -> None:
    provider.be_honest(**KNOWN)
    with visiting(portal) as victim, visiting(portal) as thief:
        for one in (victim, thief):
            one.ask_for_sign_in()
        begun = httpx.URL(victim.ask_for_sign_in().headers["Location"])
        given = dict(httpx.URL(provider.authorize(dict(begun.params))).params)
        thief.client.get(CALLBACK, params=given)
        assert not thief.is_in, "state of another session"
        own = httpx.URL(thief.ask_for_sign_in().headers["Location"]).params["state"]
        answer = thief.client.get(CALLBACK, params=given | {"state": own})
        assert SECOND not in answer.headers.get("Location", ""), "code of another session"
        assert not thief.is_in
        given = dict(httpx.URL(provider.authorize(dict(begun.params))).params)
        answer = victim.client.get(CALLBACK, params=given)
        assert SECOND in answer.headers.get("Location", ""), "the victim's own"
