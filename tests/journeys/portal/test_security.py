"""What holds for every page: default deny, sessions that end, forms of nobody else, headers."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Demo, Portal, routes

pytestmark = pytest.mark.slow

PUBLIC = {
    *("home", "healthz", "check", "check-key", "policy", "policy-file"),
    *("transparency", "figures-csv", "figures-json", "ledger", "checkpoint"),
}
"""Pages that need no sign-in. A page that is new here was made public on purpose."""

SESSION = "session"


ACCOUNTS_OWN = {
    *("account_login", "account_signup", "account_reset_password", "account_inactive"),
    *("account_reset_password_done", "account_reset_password_from_key_done"),
    *("account_reset_password_from_key", "account_email_verification_sent"),
    *("account_confirm_email", "account_logout", "account_reauthenticate"),
    *("mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn", "mfa_trust"),
    *("socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup"),
    *("openid_connect_login", "openid_connect_callback"),
    # Old addresses, which lead to the present ones.
    *(
        f"account/social/{one}"
        for one in ("login/cancelled/", "login/error/", "signup/", "connections/")
    ),
}
"""Pages of allauth's that sign somebody in or out, or say that they can't."""


def test_every_page_but_these_asks_for_a_sign_in(demo: Demo, tmp_path: Path) -> None:
    """Whether it is read or sent to: every route of the table."""
    stranger = demo.visit()
    open_ = strangers_pages(
        stranger, routes(Portal(url=demo.url, data=tmp_path, first="", evidence=tmp_path))
    )
    stranger.context.close()

    assert open_["GET"] <= PUBLIC
    assert open_["POST"] <= PUBLIC
    assert {"home", "check", "transparency", "ledger", "policy"} <= open_["GET"]


def test_every_page_of_an_account_but_these_asks_for_a_sign_in(demo: Demo, tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-c", LIST_ACCOUNTS_ROUTES],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "SEATRIAL_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        },
    )
    found = [(line.split()[0], line.split()[1]) for line in listed.stdout.splitlines()]
    assert {"account_login", "account_change_password", "mfa_index"} <= {name for name, _ in found}
    stranger = demo.visit()
    open_ = strangers_pages(stranger, found)
    stranger.context.close()

    assert open_["GET"] <= ACCOUNTS_OWN
    assert open_["POST"] <= ACCOUNTS_OWN
    assert "account_login" in open_["GET"]


LIST_ACCOUNTS_ROUTES = """
import django
django.setup()
from django.urls import URLPattern, get_resolver

def walk(patterns, before):
    for one in patterns:
        route = before + str(one.pattern).lstrip("^").rstrip("$")
        if isinstance(one, URLPattern):
            print(one.name or route, route)
        else:
            walk(one.url_patterns, route)

walk([one for one in get_resolver().url_patterns if str(one.pattern) == "account/"], "")
"""


def strangers_pages(stranger: Page, found: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Name the pages that do not send a stranger to sign in, by what was sent.

    What is sent has the token of a form of ours: it is refused for want of a sign-in alone.
    """
    stranger.goto("/check/")
    token = stranger.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    form: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token}
    open_: dict[str, set[str]] = {"GET": set(), "POST": set()}
    for name, route in found:
        path = re.sub(r"\(\?P<\w+>[^)]*\)", "none", re.sub(r"<int:\w+>", "1", route))
        path = re.sub(r"<\w+:\w+>|<\w+>", "none", path)
        for method, answers in open_.items():
            answer = stranger.request.fetch(
                f"/{path}",
                method=method,
                max_redirects=0,
                form=form if method == "POST" else None,
            )
            if answer.status != 302 or "/account/login/" not in answer.headers["location"]:
                answers.add(name)
    return open_


def test_a_session_is_new_at_sign_in_and_void_after_sign_out_or_when_it_is_ended(
    demo: Demo,
) -> None:
    email = "consultee@office.example"
    first, second = demo.sign_in(email), demo.sign_in(email)
    cookie = next(one for one in first.context.cookies() if one["name"] == SESSION)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    # One session is seen in the other, and ended there.
    second.goto("/account/sessions/")
    second.get_by_role("button", name="Sign Out Other Sessions").click()
    expect(second.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    first.goto("/submissions/")
    expect(first.get_by_role("heading", name="Sign In")).to_be_visible()
    kept = second.context.cookies()
    second.get_by_role("button", name="Sign out", exact=True).click()
    second.get_by_role("link", name="Sign in").first.wait_for()
    second.context.add_cookies([one for one in kept if one["name"] == SESSION])  # type: ignore[misc]  # as they came
    second.goto("/submissions/")
    expect(second.get_by_role("heading", name="Sign In")).to_be_visible()
    for page in (first, second):
        page.context.close()


def test_a_form_that_is_not_ours_does_nothing(demo: Demo) -> None:
    page = demo.sign_in("developer@harbour.example")
    form = {"name": "Forged", "facts": "Sent from elsewhere."}
    assert page.request.post("/coverage/ask", form=form).status == 403
    page.goto("/coverage/")
    expect(page.get_by_text("Forged")).to_have_count(0)
    page.context.close()


def test_answers_forbid_foreign_scripts_frames_and_caches(demo: Demo) -> None:
    page = demo.sign_in("auditor@audit.example")
    answer = page.request.get("/ledger/entries")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    page.context.close()


def test_text_of_people_is_shown_as_text(demo: Demo) -> None:
    """A title that is markup stays a title, in lists, pages and the auditor's view."""
    title = "<b id='planted'>bold</b>{{ 7|add:'1' }}"
    eva = demo.sign_in("evaluator@office.example")
    eva.goto("/incidents/open")
    eva.get_by_label("Title").fill(title)
    eva.get_by_label("What is known").fill("<script>document.title = 'planted'</script>")
    noticed = eva.evaluate("new Date(Date.now() - 36e5).toISOString().slice(0, 16)")
    eva.get_by_label("When it was noticed").fill(noticed)
    eva.get_by_role("button", name="Open the incident").click()
    expect(eva.get_by_role("heading", name=title)).to_be_visible()
    eva.get_by_role("button", name="Read what was written").click()
    expect(eva.get_by_text("document.title = 'planted'")).to_be_visible()
    assert (eva.locator("#planted").count(), eva.title().startswith("planted")) == (0, False)
    eva.context.close()


def test_guessing_a_password_is_slowed_down(demo: Demo) -> None:
    page = demo.visit()
    for _ in range(6):
        page.goto("/account/login/")
        page.get_by_label("Email").fill("admin@harbour.example")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign In", exact=True).click()
    expect(page.get_by_text("Too many failed login attempts")).to_be_visible()
    page.context.close()
