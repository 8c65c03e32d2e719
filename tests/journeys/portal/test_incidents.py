"""Incidents, the calendar and the policy, as the programme's people meet them."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, Demo

pytestmark = pytest.mark.slow

POLICY = Path(__file__).parents[3] / "policy" / "programme-example.toml"
TITLE = "A laptop with notes was lost"


def test_an_incident_is_opened_handled_and_closed(demo: Demo, check_page: Check) -> None:
    eva = demo.sign_in("evaluator@office.example")
    expect(eva.get_by_text("This is a demonstration")).to_be_visible()
    eva.goto("/incidents/")
    check_page(eva, "incidents")
    eva.goto("/submissions/")
    eva.get_by_role("link", name="Lighthouse 2").click()
    eva.get_by_role("link", name="Open an incident").click()
    chosen = eva.get_by_label("Case concerned").locator("option:checked")
    expect(chosen).to_have_text("Lighthouse 2 final")
    eva.get_by_label("Title").fill(TITLE)
    eva.get_by_label("What is known").fill("It was locked, and left in a train.")
    noticed = eva.evaluate("new Date(Date.now() - 36e5).toISOString().slice(0, 16)")
    eva.get_by_label("When it was noticed").fill(noticed)
    check_page(eva, "incident-open")
    press(eva, "Open the incident")
    expect(eva.get_by_text("2 days 22 hours left")).to_be_visible()
    act(eva, "Close the incident", {"What was learnt": "Nothing yet."})
    expect(eva.get_by_text("These clocks wait for what they ask")).to_be_visible()
    eva.get_by_role("link", name="Back to").click()
    act(eva, "Freeze evidence", {"Other digests": "sha256:" + "b" * 64})
    act(eva, "Enter that a party was told", {"What they were told": "Your notes may be read."})
    for done in range(1, 5):
        act(eva, "Enter that a duty is done", {"What shows it": "See the letter of today."})
        expect(eva.get_by_text("clock answered")).to_have_count(done)
    check_page(eva, "incident")
    eva.get_by_role("link", name="Freeze evidence").click()
    check_page(eva, "incident-evidence")
    eva.go_back()
    eva.get_by_label("Purpose").select_option("incident-response")
    eva.get_by_role("button", name="Read what was written").click()
    expect(eva.get_by_text("It was locked, and left in a train.")).to_be_visible()
    address = eva.url.removesuffix("/read")
    eva.goto(address)
    act(eva, "Close the incident", {"What was learnt": "Notes stay on the server."})
    expect(eva.get_by_text("The incident is closed.")).to_be_visible()
    nobody_else_sees(demo, address)
    eva.context.close()


def nobody_else_sees(demo: Demo, address: str) -> None:
    """Another developer does not learn that it is there."""
    hugo = demo.sign_in("developer@harbour.example")
    answer = hugo.goto(address)
    assert answer is not None
    assert answer.status == 404
    hugo.goto("/incidents/")
    expect(hugo.get_by_text(TITLE)).to_have_count(0)
    hugo.context.close()


def test_windows_are_in_a_calendar_and_a_policy_is_put_in_force(
    demo: Demo, check_page: Check, tmp_path: Path
) -> None:
    olof = demo.sign_in("official@office.example")
    olof.goto("/calendar/")
    expect(olof.get_by_role("rowheader", name="Lighthouse 2")).to_be_visible()
    check_page(olof, "calendar")
    olof.goto("/calendar/?month=2020-01")
    expect(olof.get_by_text("No case that you may read has a window")).to_be_visible()
    check_page(olof, "calendar-empty")
    olof.goto("/policy/")
    olof.get_by_role("link", name="Put a policy in force").click()
    check_page(olof, "policy-new")
    changed = tmp_path / "policy.toml"
    changed.write_text(POLICY.read_text().replace('"nobody: example"', '"another issuer"'))
    olof.get_by_label("Policy file").set_input_files(changed)
    olof.get_by_label("Reason for the change").fill("The issuer has a new name.")
    olof.get_by_role("button", name="Put it in force").click()
    expect(olof.get_by_text("Version 1 was another file.")).to_be_visible()
    changed.write_text(changed.read_text().replace('version = "1"', 'version = "2"'))
    olof.get_by_label("Policy file").set_input_files(changed)
    press(olof, "Put it in force")
    check_page(olof, "policy")
    first = olof.get_by_role("link", name="Version 1", exact=True)
    held = olof.request.get(str(first.get_attribute("href"))).body()
    assert held == POLICY.read_bytes()
    olof.context.close()


def act(page: Page, label: str, texts: dict[str, str]) -> None:
    page.get_by_role("link", name=label, exact=True).click()
    for name, text in texts.items():
        page.get_by_label(name).fill(text)
    page.get_by_role("button", name=label, exact=True).click()


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()
    assert page.locator(".usa-error-message, .usa-alert--error").all_inner_texts() == []
