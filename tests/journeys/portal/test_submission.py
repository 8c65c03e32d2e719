import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Check, Portal
from .people import Cast, link_to

pytestmark = pytest.mark.slow


def test_a_developer_drafts_offers_and_withdraws(
    browser: Browser, portal: Portal, check_page: Check
) -> None:
    cast = Cast(browser, portal)
    office = cast.come("Hedy Office", "head@office.example", portal.first)
    office.goto("/parties/register")
    office.get_by_label("Name of the organisation").fill("Lab of Examples")
    office.get_by_text("Developer", exact=True).click()
    office.get_by_label("E-mail address").fill("admin@lab.example")
    office.get_by_role("button", name="Register and invite").click()
    cast.come("Lise Lab", "admin@lab.example", link_to(portal, "admin@lab.example"))
    lab = cast.invite("Lise Lab", "Dora Developer", "dora@lab.example", "developer")
    lab.goto("/submissions/")
    check_page(lab, "submissions-empty")
    lab.get_by_role("link", name="Draft a submission").click()
    check_page(lab, "draft")
    draft(lab)
    check_page(lab, "case-draft")
    case = lab.url.rpartition("/")[2]
    # Nobody of the office sees a draft, nor that it is there.
    assert office.goto(f"/submissions/{case}").status == 404
    lab.get_by_role("link", name="Offer it to the programme").click()
    check_page(lab, "offer")
    lab.get_by_text("Evaluation", exact=True).click()
    lab.get_by_label("Nondisclosure agreement").fill("We tell nobody.")
    lab.get_by_role("button", name="Offer it to the programme").click()
    expect(lab.get_by_text("The submission is offered")).to_be_visible()
    own_people_come_and_go(cast, case)
    lab.goto(f"/submissions/{case}")
    lab.get_by_role("link", name="Withdraw").click()
    check_page(lab, "withdraw")
    expect(lab.get_by_text("Release of the model stays wholly")).to_be_visible()
    lab.get_by_role("button", name="Withdraw").click()
    expect(lab.get_by_text("The submission is withdrawn")).to_be_visible()
    check_page(lab, "case-withdrawn")
    cast.leave()


def draft(lab: Page) -> None:
    """Fill the draft."""
    lab.get_by_label("Name of the model").fill("Example 1")
    lab.get_by_label("Checkpoint").fill("2026-11-01")
    lab.get_by_label("Digest").fill("sha256:" + "a" * 64)
    lab.get_by_text("Text", exact=True).click()
    lab.get_by_text("With its safeguards on").click()
    lab.get_by_label("Capabilities to be measured").fill("memory-safety discovery")
    lab.get_by_role("button", name="Save the draft").click()
    expect(lab.get_by_role("heading", name="Example 1")).to_be_visible()


def own_people_come_and_go(cast: Cast, case: str) -> None:
    """A developer puts a colleague into the case, and lets them leave it."""
    lab = cast.pages["Dora Developer"]
    colleague = cast.invite("Lise Lab", "Dana Developer", "dana@lab.example", "developer")
    assert colleague.request.get(f"/submissions/{case}").status == 404
    lab.get_by_role("link", name="Put your people into the case").click()
    lab.get_by_label("Who, as what").select_option(
        label="Dana Developer (Lab of Examples): developer"
    )
    lab.get_by_role("button", name="Put into the case").click()
    expect(lab.get_by_text("Dana Developer is in the case.")).to_be_visible()
    assert colleague.request.get(f"/submissions/{case}").status == 200
    lab.get_by_role("link", name="Release Dana Developer").click()
    lab.get_by_label("Reason").fill("She works on something else now.")
    lab.get_by_role("button", name="Release").click()
    expect(lab.get_by_text("Dana Developer is no longer in the case.")).to_be_visible()
    assert colleague.request.get(f"/submissions/{case}").status == 404
