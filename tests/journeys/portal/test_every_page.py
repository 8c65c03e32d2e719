"""Every page of the URL table is held against axe, on a desktop and on a phone.

A new page fails here until it has a place in one of the three tables below.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, Demo, Portal, routes

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent

NO_PAGES = {
    **dict.fromkeys(("healthz", "checkpoint", "figures-csv", "figures-json"), "data"),
    **dict.fromkeys(("policy-file", "certificate-file", "check-key"), "a file"),
    **dict.fromkeys(("revoke-token", "take-back", "agree-export", "take-export"), "a button"),
    **dict.fromkeys(("resolve-conflict", "sign-head"), "a button"),
    **dict.fromkeys(("read-incident", "inquiry-facts"), "the page before it, with the texts"),
    "trial-board": "a part of the trial's page",
    "rescan-board": "a part of the rescan's page",
    "rescan-detector": "a file",
}
"""Routes that show no page of their own."""

ELSEWHERE = {
    "accept": ("test_people.py", "invitation"),
    "give-view": ("test_review.py", "give-view"),
    "told-of": ("test_partners.py", "told"),
    "rescan": ("test_rescans.py", "rescan"),
    "rescan-case": ("test_rescans.py", "rescan-case"),
}
"""Pages that need a story of their own: the test and the name that it checks them under."""

PUBLIC = {"home": "/", "check": "/check/", "transparency": "/transparency/", "ledger": "/ledger/"}

DORA, EVA, OLOF = "developer@lab.example", "evaluator@office.example", "official@office.example"
HEAD, ADA, CARL = "head@office.example", "auditor@audit.example", "consultee@office.example"
TOVE = "partner@grid.example"

PLACES = {
    DORA: {
        "account": "/account",
        "tokens": "/tokens/",
        "people": "/people/",
        "submissions": "/submissions/",
        "draft": "/submissions/draft",
        "act": "/submissions/{case}/withdrawn",
        "give-partner-notice": "/submissions/{case}/partner-notice",
        "inquiries": "/coverage/",
        "ask-coverage": "/coverage/ask",
        "inquiry": "/coverage/{inquiry}",
        "inquiry-step": "/coverage/{inquiry}/taken-back",
    },
    EVA: {
        "submission": "/submissions/{case}",
        "trials": "/submissions/{case}/trials",
        "trial": "/submissions/{case}/trials/first",
        "trial-archive": "/submissions/{case}/trials/first/evidence",
        "integrity": "/integrity/",
        "sealed": "/sealed/{done}/{sealed}",
        "calendar": "/calendar/",
        "incidents": "/incidents/",
        "open-incident": "/incidents/open",
        "incident": "/incidents/{incident}",
        "incident-step": "/incidents/{incident}/clock-answered",
        "rescans": "/rescans/",
        "order-rescan": "/rescans/order",
    },
    OLOF: {
        "inbox": "/inbox/",
        "policy": "/policy/",
        "put-policy": "/policy/new",
        "issue": "/submissions/{done}/certify",
        "certificate": "/certificates/{certificate}",
        "revoke": "/certificates/{certificate}/revoke",
        "retest": "/certificates/{certificate}/retest",
    },
    HEAD: {
        "parties": "/parties/",
        "register-party": "/parties/register",
        "leave-party": "/parties/harbour/leave",
        "change-person": "/people/{person}/change",
        "staffing": "/staffing/",
        "team": "/team/{case}",
        "release": "/team/{case}/release/{person}",
    },
    CARL: {
        "nondisclosure": "/submissions/{case}/nondisclosure",
        "conflict": "/submissions/{case}/conflict",
    },
    ADA: {
        "entries": "/ledger/entries",
        "entry": "/ledger/entries/5",
        "take-ledger": "/ledger/export",
        "sign-ins": "/ledger/sign-ins",
    },
    TOVE: {
        "partner-notices": "/partner-notices/",
        "partner-notice": "/partner-notices/{case}",
        "told": "/told/",
    },
}
"""Who opens what, by the route's name."""


def test_every_page_has_its_place_here(demo: Demo, tmp_path: Path) -> None:
    portal = Portal(url=demo.url, data=tmp_path, first="", evidence=tmp_path)
    known = [
        *NO_PAGES,
        *ELSEWHERE,
        *PUBLIC,
        *(name for of_one in PLACES.values() for name in of_one),
    ]

    assert sorted(known) == sorted(name for name, _ in routes(portal))
    for file, name in ELSEWHERE.values():
        assert f', "{name}")' in (HERE / file).read_text()


@dataclass
class Tour:
    """A walk over pages. known: for the places in addresses."""

    demo: Demo
    check: Check
    known: dict[str, str] = field(default_factory=dict)

    def look_around(self) -> None:
        """Learn the names that addresses need, and ask a question."""
        olof = self.demo.sign_in(OLOF)
        self.known["done"] = last(follow(olof, "/submissions/", "Beacon 1"))
        self.known["certificate"] = last(follow(olof, olof.url, "Certificate of"))
        self.known["case"] = last(follow(olof, "/submissions/", "Lighthouse 2"))
        olof.context.close()
        eva = self.demo.sign_in(EVA)
        self.known["incident"] = last(follow(eva, "/incidents/", "An agent asked"))
        case = f"/submissions/{self.known['done']}"
        self.known["sealed"] = last(follow(eva, case, "Confidential annex"))
        eva.context.close()
        head = self.demo.sign_in(HEAD)
        self.known["person"] = last(follow(head, f"/team/{self.known['case']}", "Release Carl"))
        head.context.close()

    def ask(self, dora: Page) -> None:
        dora.goto("/coverage/ask")
        dora.get_by_label("What you call the model").fill("Lighthouse 3")
        dora.get_by_label("Description").fill("Larger.")
        dora.get_by_role("button", name="Ask", exact=True).click()
        expect(dora.get_by_role("heading", name="Is Lighthouse 3 covered?")).to_be_visible()
        self.known["inquiry"] = last(dora.url)

    def walk(self, page: Page, places: dict[str, str]) -> None:
        for name, path in places.items():
            answer = page.goto(path.format(**self.known))
            assert answer is not None
            assert answer.status == 200, name
            self.confirm(page)
            assert page.title().endswith(" | Seatrial")
            self.check(page, f"every-{name}")

    def confirm(self, page: Page) -> None:
        """Give the password once more where a page asks for it."""
        if page.get_by_role("heading", name="Confirm Access").count():
            page.get_by_label("Password").fill(self.demo.password)
            page.get_by_role("button", name="Confirm").click()
            page.get_by_role("heading", name="Confirm Access").wait_for(state="detached")


def follow(page: Page, start: str, link: str) -> str:
    """Follow a link; give where it leads."""
    page.goto(start)
    page.get_by_role("link", name=link).first.click()
    page.wait_for_url(lambda url: not url.endswith(start))
    return page.url


def last(url: str) -> str:
    return url.rpartition("/")[2]


def test_every_page_is_accessible_on_desktop_and_phone(demo: Demo, check_page: Check) -> None:
    tour = Tour(demo, check_page)
    tour.look_around()
    stranger = demo.visit()
    tour.walk(stranger, PUBLIC)
    stranger.context.close()
    before: dict[str, Callable[[Page], None]] = {DORA: tour.ask}
    for email, places in PLACES.items():
        page = demo.sign_in(email)
        before.get(email, lambda _: None)(page)
        tour.walk(page, places)
        page.context.close()


def test_pages_are_read_without_scripts(demo: Demo) -> None:
    """What the live pages show is there before any script runs."""
    context = demo.browser.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    for path in PUBLIC.values():
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
    page.goto("/account/login/")
    page.get_by_label("Email").fill(EVA)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.goto("/submissions/")
    page.get_by_role("link", name="Lighthouse 2").click()
    expect(page.get_by_text("whole days left")).to_be_visible()
    page.get_by_role("link", name="Watch or order trials").click()
    page.get_by_role("link", name="first", exact=True).click()
    expect(page.get_by_text("17 of 40 samples are finished")).to_be_visible()
    expect(page.get_by_text("588,200")).to_be_visible()
    context.close()
