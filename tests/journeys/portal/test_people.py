import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Check, Portal, register, set_up_second_factor
from .people import join, link_to

pytestmark = pytest.mark.slow


def test_organisations_and_their_people_come_by_invitation(
    page: Page, browser: Browser, portal: Portal, check_page: Check
) -> None:
    register(page, portal, "head@office.example")
    page.goto("/people/")
    check_page(page, "no-organisation")
    page.goto("/parties/")
    expect(page.get_by_text("This needs the role administrator")).to_be_visible()
    check_page(page, "denied")
    page.goto(portal.first)
    check_page(page, "invitation")
    join(page, portal.first, "Hedy Office")
    # Who acts for an organisation sees nothing of it before a second factor is set up.
    page.goto("/people/")
    expect(page.get_by_text("set up a second factor before you go on")).to_be_visible()
    set_up_second_factor(page)
    page.goto("/people/")
    check_page(page, "people")
    page.goto("/parties/register")
    check_page(page, "register-organisation")
    page.get_by_label("Name of the organisation").fill("Lab of Examples")
    page.get_by_text("Developer", exact=True).click()
    page.get_by_label("E-mail address").fill("admin@lab.example")
    page.get_by_role("button", name="Register and invite").click()
    expect(page.get_by_role("rowheader", name="Lab of Examples")).to_be_visible()
    check_page(page, "organisations")
    link = link_to(portal, "admin@lab.example")
    context = browser.new_context(base_url=portal.url)
    other = context.new_page()
    register(other, portal, "admin@lab.example")
    join(other, link, "Lise Lab")
    set_up_second_factor(other)
    other.goto("/people/")
    expect(other.get_by_role("rowheader", name="Lise Lab")).to_be_visible()
    other.get_by_label("E-mail address").fill("dev@lab.example")
    other.get_by_label("Role").select_option("developer")
    other.get_by_role("button", name="Invite").click()
    expect(other.get_by_text("Invited dev@lab.example.")).to_be_visible()
    # A link is good once, and a wrong one tells nothing.
    other.goto(link)
    other.get_by_label("Your name").fill("Again")
    other.get_by_role("button", name="Join").click()
    expect(other.get_by_role("heading", name="This is not possible")).to_be_visible()
    context.close()
