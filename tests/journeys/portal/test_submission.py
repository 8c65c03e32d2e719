import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Check, Portal
from .people import Cast, link_to

pytestmark = pytest.mark.slow


def test_a_developer_drafts_offers_and_withdraws(
    browser: Browser, portal: Portal, check_page: Check, tmp_path: Path
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
    draft(lab, check_page, tmp_path / "bom.json")
    check_page(lab, "case-draft")
    amended(lab, check_page)
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


BILL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "components": [{"type": "machine-learning-model", "name": "Example 1"}],
}


def draft(lab: Page, check_page: Check, bill: Path) -> None:
    """Fill the draft; a bill of materials without a model card is refused with the reason."""
    bill.write_text(json.dumps(BILL))
    lab.get_by_label("Elicitation notes").fill("Give it a shell and forty turns.")
    lab.get_by_label("Endpoint and credentials").fill('model = "reference/solver"')
    lab.get_by_label("Planned public release").fill(days_from_now(lab, 60))
    lab.get_by_label("Planned release to trusted partners").fill("2020-01-01T10:00")
    lab.get_by_label("Model's bill of materials").set_input_files(bill)
    lab.get_by_label("Name of the model").fill("Example 1")
    lab.get_by_label("Checkpoint").fill("2026-11-01")
    lab.get_by_label("Digest").fill("sha256:" + "a" * 64)
    lab.get_by_text("Text", exact=True).click()
    lab.get_by_text("With its safeguards on").click()
    lab.get_by_label("Capabilities to be measured").fill("memory-safety discovery")
    lab.get_by_role("button", name="Save the draft").click()
    wrong = lab.locator("#id_ml_bom_error")
    expect(wrong).to_contain_text("machine-learning-model Example 1 has no modelCard")
    expect(lab.locator(".usa-error-message").get_by_text("This is past.")).to_be_visible()
    check_page(lab, "draft-refused")
    BILL["components"][0]["modelCard"] = {"modelParameters": {"task": "text"}}  # type: ignore[index]  # a made-up document
    bill.write_text(json.dumps(BILL))
    lab.get_by_label("Model's bill of materials").set_input_files(bill)
    lab.get_by_label("Planned release to trusted partners").fill(days_from_now(lab, 40))
    lab.get_by_role("button", name="Save the draft").click()
    expect(lab.get_by_role("heading", name="Example 1")).to_be_visible()
    expect(fact(lab, "Elicitation notes")).to_have_text("sealed")
    expect(fact(lab, "Bill of materials (CycloneDX)")).to_have_text("sealed")
    expect(fact(lab, "Endpoint and credentials")).to_have_text("sealed until the window opens")
    expect(fact(lab, "Release to trusted partners")).to_contain_text("planned: ")
    expect(fact(lab, "Public release")).to_contain_text("planned: ")


def amended(lab: Page, check_page: Check) -> None:
    """What is sealed stays unless it is taken out; a date is taken back by leaving it empty."""
    lab.get_by_role("link", name="Amend the model").click()
    check_page(lab, "amend")
    lab.get_by_role("button", name="Amend the model").click()
    expect(lab.get_by_text("Nothing is changed.")).to_be_visible()
    lab.get_by_role("group", name="Leave out from now on").get_by_text(
        "Model's bill of materials"
    ).click()
    lab.get_by_label("Planned public release").fill("")
    lab.get_by_role("button", name="Amend the model").click()
    expect(fact(lab, "Bill of materials (CycloneDX)")).to_have_text("none given")
    expect(fact(lab, "Elicitation notes")).to_have_text("sealed")
    expect(fact(lab, "Public release")).to_have_text("planned: not set")
    expect(fact(lab, "Release to trusted partners")).not_to_contain_text("not set")


def fact(page: Page, name: str) -> Locator:
    """Find what the case's page says of something."""
    return page.locator(".facts > div").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def days_from_now(page: Page, days: int) -> str:
    """Give a moment as a browser's field has it."""
    script = f"new Date(Date.now() + {days} * 864e5).toISOString().slice(0, 16)"
    return str(page.evaluate(script))


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
