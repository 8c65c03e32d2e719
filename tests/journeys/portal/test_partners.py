"""People outside a case: trusted partners with their notice, parties that an incident affects."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, Demo
from .people import status_of

pytestmark = pytest.mark.slow


def open_case(page: Page) -> str:
    """Open the review that is half-way; give its identity."""
    page.goto("/submissions/")
    page.get_by_role("link", name="Lighthouse 2").click()
    return page.url.rpartition("/")[2]


def test_partners_are_chosen_on_record_and_get_a_notice_with_both_dates(
    demo: Demo, check_page: Check
) -> None:
    dora, tove = demo.sign_in("developer@lab.example"), demo.sign_in("partner@grid.example")
    case = open_case(dora)
    partners = dora.locator("section", has=dora.get_by_role("heading", name="Trusted partners"))
    expect(partners.get_by_text("It runs what this model would protect.")).to_be_visible()
    expect(partners.get_by_text("It has people who can act on what they find.")).to_be_visible()
    expect(partners.get_by_role("heading", name="Grid Operators: agreed")).to_be_visible()
    expect(partners.get_by_role("heading", name="Harbour Models: not agreed")).to_be_visible()
    # Nothing waits for an answer.
    expect(dora.get_by_role("link", name="Agree to a trusted partner")).to_have_count(0)
    check_page(dora, "case-partners")
    tove.goto("/partner-notices/")
    check_page(tove, "partner-notices")
    tove.get_by_role("link", name=case[:8]).click()
    expect(tove.get_by_text("No notice is given yet.")).to_be_visible()
    dora.get_by_role("link", name="Give trusted partners their notice").click()
    dora.get_by_label("Conditions").fill("Tell nobody before the public release.")
    check_page(dora, "partner-notice-give")
    dora.get_by_role("button", name="Give the notice").click()
    expect(dora.get_by_text("people of partners in this case: 1")).to_be_visible()
    demo.tell()
    the_partner_reads_it(tove, check_page)
    # Of the case itself a partner sees nothing, and others nothing of the notice.
    for path in (f"/submissions/{case}", f"/submissions/{case}/trials", f"/team/{case}"):
        assert status_of(tove, path) == 404
    hugo = demo.sign_in("developer@harbour.example")
    assert status_of(hugo, f"/partner-notices/{case}") == 404
    assert status_of(dora, f"/partner-notices/{case}") == 404
    a_partner_that_is_no_longer_agreed_on_sees_nothing(dora, tove, case)
    for page in (dora, tove, hugo):
        page.context.close()


def the_partner_reads_it(tove: Page, check_page: Check) -> None:
    tove.goto("/inbox/")
    tove.get_by_role("link", name="Trusted partner", exact=True).click()
    tove.get_by_role("link", name="read and sign the nondisclosure agreement").click()
    tove.get_by_role("button", name="Sign it").click()
    check_page(tove, "partner-notice-before")
    tove.get_by_role("button", name="Read the notice").click()
    expect(tove.get_by_role("heading", name="Lighthouse 2")).to_be_visible()
    expect(tove.get_by_text("Tell nobody before the public release.")).to_be_visible()
    dates = tove.locator(".partner-dates time").evaluate_all("all => all.map(one => one.dateTime)")
    assert len(dates) == len(set(dates)) == 2
    check_page(tove, "partner-notice")


def a_partner_that_is_no_longer_agreed_on_sees_nothing(dora: Page, tove: Page, case: str) -> None:
    open_case(dora)
    dora.get_by_role("link", name="Object to a trusted partner").click()
    dora.get_by_label("Trusted partner").select_option(label="Grid Operators")
    dora.get_by_label("Reason").fill("It told the press.")
    dora.get_by_role("button", name="Object to a trusted partner").click()
    assert status_of(tove, f"/partner-notices/{case}") == 404


def test_an_affected_party_outside_of_the_case_reads_what_it_was_told_and_nothing_else(
    demo: Demo, check_page: Check
) -> None:
    eva, gro = demo.sign_in("evaluator@office.example"), demo.sign_in("admin@grid.example")
    gro.goto("/told/")
    expect(gro.get_by_text("Your organisation was told of no incident.")).to_be_visible()
    check_page(gro, "told-empty")
    eva.goto("/incidents/")
    eva.get_by_role("link", name="An agent asked for an address").click()
    incident = eva.url.rpartition("/")[2]
    for path in (f"/incidents/{incident}", f"/told/{incident}"):
        assert status_of(gro, path) == 404
    eva.get_by_role("link", name="Add an affected party").click()
    eva.get_by_label("Who is affected too").select_option(label="Grid Operators")
    eva.get_by_role("button", name="Add an affected party").click()
    eva.get_by_role("link", name="Enter that a party was told").click()
    eva.get_by_label("What they were told").fill("An address of yours was asked for.")
    eva.get_by_role("button", name="Enter that a party was told").click()
    demo.tell()
    gro.goto("/inbox/")
    check_page(gro, "inbox")
    gro.get_by_role("link", name="Incident", exact=True).click()
    expect(gro.get_by_text("An address of yours was asked for.")).to_have_count(0)
    check_page(gro, "told-before")
    gro.get_by_role("button", name="Read what we were told").click()
    expect(gro.get_by_text("An address of yours was asked for.")).to_be_visible()
    # Neither the title nor what another party was told.
    expect(gro.get_by_text(re.compile("asked for an address outside|look into it"))).to_have_count(
        0
    )
    check_page(gro, "told")
    assert status_of(gro, f"/incidents/{incident}") == 404
    eva.reload()
    eva.get_by_label("Purpose").select_option("incident-response")
    eva.get_by_role("button", name="Read what was written").click()
    # Others of the programme's parties learn nothing.
    hanna = demo.sign_in("admin@harbour.example")
    assert status_of(hanna, f"/told/{incident}") == 404
    for page in (eva, gro, hanna):
        page.context.close()
