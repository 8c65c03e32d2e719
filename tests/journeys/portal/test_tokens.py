import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from served_portal import begun, serving

from .conftest import PASSWORD, Check, Portal
from .people import Cast, link_to

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of this journey's own, of which nobody has used the first invitation."""
    data = tmp_path_factory.mktemp("tokens")
    first = begun(data)
    with serving(data, {}) as served:
        yield Portal(served.url.replace("127.0.0.1", "localhost"), data, first, data)


def make(page: Page, scope: str) -> str:
    """Make a token, with the password once more when the page asks for it; give its secret."""
    page.goto("/tokens/")
    page.get_by_label("What it is for").select_option(label=scope)
    page.get_by_role("button", name="Make the token").click()
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.goto("/tokens/")
        page.get_by_label("What it is for").select_option(label=scope)
        page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Token", exact=True).input_value()
    assert re.fullmatch(r"seatrial_[0-9a-f]{64}", secret)
    return secret


def test_a_developer_makes_a_token_uses_it_and_revokes_it(
    browser: Browser, portal: Portal, check_page: Check
) -> None:
    cast = Cast(browser, portal)
    office = cast.come("Hedy Office", "head@office.example", portal.first)
    office.goto("/tokens/")
    check_page(office, "tokens-none-possible")
    office.goto("/parties/register")
    office.get_by_label("Name of the organisation").fill("Lab of Examples")
    office.get_by_text("Developer", exact=True).click()
    office.get_by_label("E-mail address").fill("admin@lab.example")
    office.get_by_role("button", name="Register and invite").click()
    cast.come("Lise Lab", "admin@lab.example", link_to(portal, "admin@lab.example"))
    lab = cast.invite("Lise Lab", "Dora Developer", "dora@lab.example", "developer")
    lab.goto("/submissions/draft")
    lab.get_by_label("Name of the model").fill("Example 1")
    lab.get_by_label("Checkpoint").fill("2026-11-01")
    lab.get_by_label("Digest").fill("sha256:" + "a" * 64)
    lab.get_by_text("Text", exact=True).click()
    lab.get_by_text("With its safeguards on").click()
    lab.get_by_label("Capabilities to be measured").fill("memory-safety discovery")
    lab.get_by_role("button", name="Save the draft").click()
    expect(lab.get_by_role("heading", name="Example 1")).to_be_visible()
    case = lab.url.rpartition("/")[2]
    secret = make(lab, f"Example 1 (case {case[:8]}): own model")
    check_page(lab, "tokens-new")
    # Shown once: the page does not know it any more.
    lab.goto("/tokens/")
    expect(lab.locator("#secret")).to_have_count(0)
    assert secret not in lab.content()
    headers = {"Authorization": f"Bearer {secret}"}
    shown = httpx.get(f"{portal.url}/api/submissions/{case}", headers=headers)
    assert shown.json()["state"]["model"]["name"] == "Example 1"
    # A session is nothing at the API, and a token is nothing at the pages.
    assert lab.request.get(f"/api/submissions/{case}").status == 401
    page = httpx.get(f"{portal.url}/submissions/{case}", headers=headers)
    assert page.headers["Location"].startswith("/account/login/")
    lab.goto("/tokens/")
    check_page(lab, "tokens")
    lab.get_by_role("button", name="Revoke the token for own model").click()
    expect(lab.get_by_text("The token is void.")).to_be_visible()
    gone = httpx.get(f"{portal.url}/api/submissions/{case}", headers=headers)
    assert gone.status_code == 401
    cast.leave()


def test_who_has_not_signed_in_makes_no_token(page: Page) -> None:
    page.goto("/tokens/")
    expect(page).to_have_url(re.compile(r"/account/login/\?next=/tokens/"))
