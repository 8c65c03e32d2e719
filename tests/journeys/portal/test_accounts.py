import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import PASSWORD, Check, Portal, open_guarded, register, totp

pytestmark = pytest.mark.slow


def test_a_person_registers_and_signs_in_with_an_authenticator_app(
    page: Page, portal: Portal, check_page: Check
) -> None:
    page.goto("/")
    check_page(page, "home")
    page.goto("/account/signup/")
    check_page(page, "sign-up")
    register(page, portal, "ada@example.org")
    page.goto("/account")
    check_page(page, "account")
    page.goto("/account/2fa/")
    check_page(page, "second-factor")
    open_guarded(page, "/account/2fa/totp/activate/")
    check_page(page, "authenticator-app")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(totp(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text(re.compile("recovery codes", re.IGNORECASE)).first).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/account/login/")
    check_page(page, "sign-in")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    check_page(page, "sign-in-code")
    page.get_by_label("Code").fill(totp(secret, later=1))
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_a_person_signs_in_with_a_passkey(page: Page, portal: Portal, check_page: Check) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    register(page, portal, "grace@example.org")
    open_guarded(page, "/account/2fa/webauthn/add/")
    check_page(page, "add-passkey")
    page.get_by_text("Passwordless", exact=True).click()
    page.get_by_role("button", name="Add").click()
    expect(
        page.get_by_text(re.compile("recovery codes|added", re.IGNORECASE)).first
    ).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Sign out").wait_for()


def test_pages_of_people_ask_for_a_sign_in(page: Page) -> None:
    page.goto("/account")
    assert page.url.endswith("/account/login/?next=/account")
