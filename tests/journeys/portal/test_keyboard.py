"""The main acts by Tab and Enter alone; where the focus is after an error and a live update."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from .conftest import Demo

pytestmark = pytest.mark.slow

DORA, EVA = "developer@lab.example", "evaluator@office.example"

MOST_STOPS = 150
"""Presses of Tab; more on one page means that the focus goes round somewhere."""

HERE = (
    "() => { const one = document.activeElement;"
    " return (one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText"
    " || '').trim(); }"
)
# Boxes are drawn by their label, and a browser marks the part of a date that it is in.
SEEN = (
    "() => { const one = document.activeElement, looks = getComputedStyle(one),"
    " box = one.getBoundingClientRect();"
    " const own = '.usa-checkbox__input, [type=datetime-local]';"
    " return box.width > 0 && box.bottom > 0 && (one.matches(own)"
    " || (looks.outlineStyle !== 'none' && parseFloat(looks.outlineWidth) > 0)); }"
)


@pytest.fixture
def stranger(demo: Demo) -> Iterator[Page]:
    page = demo.visit()
    yield page
    page.context.close()


@pytest.fixture
def dora(demo: Demo) -> Iterator[Page]:
    page = demo.sign_in(DORA)
    yield page
    page.context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name, seeing it at each stop."""
    passed = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(HERE)
        check_seen(page, found)
        if found == name:
            return
        passed.append(found)
    pytest.fail(f"Tab does not lead to {name!r}, but past {passed}")


def check_seen(page: Page, name: str) -> None:
    """Hold that the focus is seen, once what slides in has come to rest."""
    try:
        page.wait_for_function(SEEN, timeout=5_000)
    except PlaywrightTimeout:
        pytest.fail(f"the focus on {name!r} cannot be seen")


def follow(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_the_first_stop_leads_past_the_menu(stranger: Page) -> None:
    stranger.goto("/")

    stranger.keyboard.press("Tab")
    assert stranger.evaluate(HERE) == "Skip to main content"
    check_seen(stranger, "the skip link")
    stranger.keyboard.press("Enter")
    stranger.keyboard.press("Tab")

    assert stranger.evaluate("() => document.activeElement.closest('main') !== null")


def test_a_developer_signs_in_and_asks_by_keyboard(stranger: Page, demo: Demo) -> None:
    stranger.goto("/")
    follow(stranger, "Sign in")
    stranger.wait_for_url("**/account/login/**")
    if stranger.evaluate(HERE) != "Email":
        tab_to(stranger, "Email")
    stranger.keyboard.type(DORA)
    tab_to(stranger, "Password")
    stranger.keyboard.type(demo.password)
    stranger.keyboard.press("Enter")
    stranger.get_by_role("button", name="Sign out").wait_for()

    stranger.goto("/")
    follow(stranger, "Ask whether a model is covered")
    stranger.wait_for_url("**/coverage/ask")
    tab_to(stranger, "What you call the model")
    stranger.keyboard.type("Lighthouse by keyboard")
    tab_to(stranger, "Description")
    stranger.keyboard.type("Typed.")
    follow(stranger, "Ask")

    expect(
        stranger.get_by_role("heading", name="Is Lighthouse by keyboard covered?")
    ).to_be_visible()


def test_every_act_of_a_case_is_reached_and_none_holds_the_focus(dora: Page) -> None:
    dora.goto("/submissions/")
    follow(dora, "Lighthouse 2")
    dora.get_by_role("heading", name="What comes next").wait_for()
    wanted = dora.locator("main a, main button").count()

    stops = set()
    for _ in range(MOST_STOPS):
        dora.keyboard.press("Tab")
        place = dora.evaluate(
            "() => [...document.querySelectorAll('main a, main button')]"
            ".indexOf(document.activeElement)"
        )
        stops.add(place)
        if dora.evaluate("() => document.activeElement === document.body"):
            break
    else:
        pytest.fail("the focus never leaves the page")

    assert stops >= set(range(wanted))


def test_a_refusal_takes_the_focus_and_keeps_what_was_typed(dora: Page) -> None:
    dora.goto("/submissions/")
    follow(dora, "Lighthouse 2")
    dora.get_by_role("heading", name="What comes next").wait_for()
    follow(dora, "Propose a trusted partner")
    dora.wait_for_url("**/partner-proposed")
    tab_to(dora, "Reason")
    dora.keyboard.type("It was proposed before.")
    follow(dora, "Propose a trusted partner")

    expect(dora.locator(".error-summary")).to_be_focused()
    assert dora.title().startswith("Error: ")
    assert dora.get_by_label("Reason").input_value() == "It was proposed before."


def test_a_summary_leads_to_the_field_that_is_wrong(dora: Page) -> None:
    dora.goto("/submissions/draft")
    # What browsers check themselves is left to the server, as without a browser's help.
    dora.evaluate("() => { document.querySelector('main form').noValidate = true; }")
    tab_to(dora, "Name of the model")
    dora.keyboard.type("Half a draft")
    follow(dora, "Save the draft")

    expect(dora.locator(".error-summary")).to_be_focused()
    follow(dora, "Digest")
    expect(dora.get_by_label("Digest")).to_be_focused()
    assert "id_digest_error" in str(dora.get_by_label("Digest").get_attribute("aria-describedby"))
    dora.locator(".error-summary").focus()
    follow(dora, "How it is offered")
    expect(dora.get_by_label("With its safeguards on")).to_be_focused()
    assert dora.get_by_label("Name of the model").input_value() == "Half a draft"


def test_a_live_update_is_told_once_and_takes_no_focus(demo: Demo) -> None:
    eva = demo.sign_in(EVA)
    eva.goto("/submissions/")
    eva.get_by_role("link", name="Lighthouse 2").click()
    eva.get_by_role("link", name="Watch or order trials").click()
    eva.get_by_role("link", name="first", exact=True).click()
    expect(eva.get_by_text("17 of 40 samples are finished")).to_be_visible()
    case = eva.url.split("/")[-3]
    mark = "() => { window.before = document.getElementById('board'); }"
    eva.evaluate(mark)
    eva.locator("#board-samples").focus()

    with eva.expect_response(lambda one: "/board" in one.url) as unchanged:
        pass
    assert unchanged.value.status == 204
    assert eva.evaluate("() => document.getElementById('board') === window.before")

    said = eva.get_by_role("status").filter(has_text="samples are finished")
    told = said.element_handle()
    finish_one(demo, case)
    expect(said).to_contain_text("18 of 40")
    assert told.evaluate("one => one.isConnected && one.innerText.includes('18 of 40')")
    expect(eva.locator("#board-samples")).to_be_focused()
    eva.context.close()


def finish_one(demo: Demo, case: str) -> None:
    """Let a worker finish a sample of the running trial."""
    said = (
        "import django; django.setup()\n"
        "from seatrial.adapters.queue.progress import FinishedSample\n"
        "from seatrial.core.people import CaseId\n"
        "from seatrial.wiring.worker import the_boards\n"
        "the_boards().finish(CaseId('" + case + "'), 'first', FinishedSample(role='model',"
        " sample='z.9999.e1', outcome='passed', model_calls=1, tokens=1, cost_usd=0.0))"
    )
    subprocess.run(
        [sys.executable, "-c", said],
        check=True,
        env=os.environ
        | {
            "SEATRIAL_DATA": str(demo.data),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        },
    )
