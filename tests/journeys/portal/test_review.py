"""A review's whole walk: from the lab's question to a certificate that a stranger checks."""

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from seatrial.core.words import forbidden_words

from .conftest import Check, Portal, routes
from .people import Cast, link_to, status_of
from .stranger import assert_no_hint, look_up, offline_check_agrees, stranger_checks
from .walked_page import check_walk

pytestmark = pytest.mark.slow

AGREEMENT = "We tell nobody what we learn of this model.\nThis holds for ten years."
CHECKPOINT = "sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
"""Of the made-up trial's model."""

LEAST_PAGES = 15
"""That belong to a case, so that the walk over them cannot pass by finding none."""

PURPOSES = {
    "evaluator": ("Evaluation", "Integrity review"),
    "determining-official": ("Determination",),
    "consultee": ("Determination",),
}


class Walk:
    """One case's walk, a step a method, in order."""

    def __init__(self, cast: Cast, check: Check, kept: Path) -> None:
        self.cast = cast
        self.check = check
        self.kept = kept
        self.known = {"kind": "determined", "person": "nobody", "asked": "0"}
        """For the places in addresses: case, certificate, inquiry, name of sealed content."""

    @property
    def case(self) -> str:
        return self.known["case"]

    def page(self, name: str) -> Page:
        return self.cast.pages[name]

    def act(self, name: str, label: str) -> Page:
        """Open a form of the case."""
        page = self.page(name)
        page.goto(f"/submissions/{self.case}")
        page.get_by_role("link", name=label, exact=True).click()
        return page

    def press(self, page: Page, label: str) -> None:
        """Send a form; say what was wrong with it if something was."""
        page.get_by_role("button", name=label, exact=True).click()
        faults = page.locator(".usa-error-message, .usa-alert--error, .usa-alert--warning")
        assert faults.all_inner_texts() == []

    def people_come(self) -> None:
        cast, portal = self.cast, self.cast.portal
        office = cast.come("Hedy Head", "head@office.example", portal.first)
        office.goto("/parties/register")
        office.get_by_label("Name of the organisation").fill("Lab of Examples")
        office.get_by_text("Developer", exact=True).click()
        office.get_by_label("E-mail address").fill("admin@lab.example")
        self.press(office, "Register and invite")
        cast.come("Lise Lab", "admin@lab.example", link_to(portal, "admin@lab.example"))
        cast.invite("Lise Lab", "Dora Developer", "dora@lab.example", "developer")
        for name, role in (
            ("Eva Evaluator", "evaluator"),
            ("Olof Official", "determining-official"),
            ("Carl Consultee", "consultee"),
        ):
            cast.invite("Hedy Head", name, f"{role}@office.example", role)

    def coverage_is_asked(self) -> None:
        lab, official = self.page("Dora Developer"), self.page("Olof Official")
        lab.goto("/coverage/")
        self.check(lab, "coverage-empty")
        lab.get_by_role("link", name="Ask about a model").click()
        lab.get_by_label("What you call the model").fill("Example 1")
        lab.get_by_label("Description").fill("Large, and good at finding bugs.")
        self.check(lab, "coverage-ask")
        self.press(lab, "Ask")
        official.goto("/coverage/")
        official.get_by_role("link", name="Example 1").click()
        self.press(official, "Read the description")
        expect(official.get_by_text("Large, and good at finding bugs.")).to_be_visible()
        official.get_by_role("link", name="Ask the developer").click()
        official.get_by_label("What you need to know").fill("How large?")
        self.press(official, "Ask the developer")
        lab.reload()
        lab.get_by_role("link", name="Tell more").click()
        lab.get_by_label("What the programme asked for").fill("Twice the last one.")
        self.press(lab, "Tell more")
        official.reload()
        official.get_by_role("link", name="Answer", exact=True).click()
        official.get_by_text("Covered", exact=True).click()
        official.get_by_label("Reasons").fill("What was told reaches the criteria.")
        self.check(official, "coverage-answer")
        self.press(official, "Answer")
        lab.reload()
        self.check(lab, "coverage-answered")
        self.known["inquiry"] = lab.url.rpartition("/")[2]

    def submission_is_offered(self) -> None:
        lab = self.page("Dora Developer")
        lab.get_by_role("link", name="Draft a submission of Example 1").click()
        expect(lab.get_by_label("Name of the model")).to_have_value("Example 1")
        lab.get_by_label("Checkpoint").fill("2026-11-01")
        lab.get_by_label("Digest").fill(CHECKPOINT)
        lab.get_by_text("Text", exact=True).click()
        lab.get_by_text("With its safeguards on").click()
        lab.get_by_label("Capabilities to be measured").fill("vulnerability discovery")
        self.press(lab, "Save the draft")
        self.known["case"] = lab.url.rpartition("/")[2]
        self.act("Dora Developer", "Offer it to the programme")
        for purpose in ("Evaluation", "Integrity review", "Determination"):
            lab.get_by_text(purpose, exact=True).click()
        lab.get_by_label("Nondisclosure agreement").fill(AGREEMENT)
        self.press(lab, "Offer it to the programme")

    def team_is_formed(self) -> None:
        head = self.page("Hedy Head")
        # Who staffs a case does not see it.
        assert status_of(head, f"/submissions/{self.case}") == 404
        head.goto("/staffing/")
        self.check(head, "staffing")
        head.get_by_role("link", name="Example 1").click()
        for name, role in (
            ("Eva Evaluator", "evaluator"),
            ("Olof Official", "determining-official"),
            ("Carl Consultee", "consultee"),
        ):
            self.assign(head, name, role)
        self.check(head, "team")

    def assign(self, head: Page, name: str, role: str) -> None:
        who = head.get_by_label("Who, as what")
        words = f"{name} (Office of Model Review): {role.replace('-', ' ')}"
        who.select_option(label=words)
        for purpose in PURPOSES[role]:
            head.get_by_text(purpose, exact=True).click()
        self.press(head, "Put into the case")

    def a_conflict_excludes_until_it_is_resolved(self) -> None:
        carl, head = self.act("Carl Consultee", "Declare a conflict of interest"), "Hedy Head"
        carl.get_by_label("What it is").fill("I own shares of the lab.")
        self.press(carl, "Declare it")
        assert status_of(carl, f"/submissions/{self.case}") == 404
        page = self.page(head)
        page.goto(f"/team/{self.case}")
        self.check(page, "team-conflict")
        page.get_by_label("How it was resolved").fill("The shares are sold.")
        self.press(page, "Enter the resolution")
        assert status_of(carl, f"/submissions/{self.case}") == 200

    def terms_are_agreed_and_access_granted(self) -> None:
        for number, name in enumerate(("Eva Evaluator", "Olof Official", "Carl Consultee")):
            page = self.page(name)
            page.goto(f"/submissions/{self.case}")
            page.get_by_role("link", name="read and sign the nondisclosure agreement").click()
            expect(page.get_by_text("This holds for ten years.")).to_be_visible()
            if number == 0:
                self.check(page, "nondisclosure")
            self.press(page, "Sign it")
        eva = self.act("Eva Evaluator", "Agree to the terms")
        expect(eva.get_by_text("This holds for ten years.")).to_be_visible()
        self.press(eva, "Agree to the terms")
        self.press(self.act("Eva Evaluator", "Accept the submission"), "Accept the submission")

    def plan_is_signed(self) -> None:
        plan = self.cast.portal.evidence / "plan.dsse.json"
        eva = self.act("Eva Evaluator", "Propose a plan")
        eva.get_by_label("Signed plan").set_input_files(plan)
        self.check(eva, "plan-propose")
        self.press(eva, "Propose a plan")
        dora = self.act("Dora Developer", "Comment on the plan")
        dora.get_by_label("Comment").fill("Use more seeds.")
        self.press(dora, "Comment on the plan")
        eva = self.act("Eva Evaluator", "Enter the signed plan")
        self.press(eva, "Show what was written")
        expect(eva.get_by_text("Use more seeds.")).to_be_visible()
        self.check(eva, "plan-sign")
        eva.get_by_label("Signed plan").set_input_files(plan)
        self.press(eva, "Enter the signed plan")

    def model_is_tried(self) -> None:
        dora = self.act("Dora Developer", "Grant access: open the window")
        ends = dora.evaluate("new Date(Date.now() + 20 * 864e5).toISOString().slice(0, 16)")
        dora.get_by_label("The window ends").fill(ends)
        dora.get_by_label("Endpoint and credentials").fill("https://lab.example/v1 key-123456")
        self.press(dora, "Grant access: open the window")
        self.a_trial_is_lost()
        eva = self.act("Eva Evaluator", "Enter a trial")
        eva.get_by_label("Name of the trial").fill("first")
        self.hand_in(eva, report="manifest.json")
        eva.get_by_role("button", name="Enter a trial").click()
        expect(eva.get_by_text("The evidence does not agree")).to_be_visible()
        self.check(eva, "trial-refused")
        self.hand_in(eva, report="report.json")
        self.press(eva, "Enter a trial")

    def a_trial_is_lost(self) -> None:
        eva = self.act("Eva Evaluator", "Enter a trial")
        eva.get_by_label("Name of the trial").fill("lost")
        self.press(eva, "Enter a trial")
        label = "Hand in the running trial's evidence"
        self.press(self.act("Eva Evaluator", label), label)
        expect(eva.get_by_role("row", name="lost").get_by_text("none")).to_be_visible()

    def hand_in(self, page: Page, *, report: str) -> None:
        folder = self.cast.portal.evidence
        for label in ("statement.dsse.json", "manifest.json", "report.json", "report.html"):
            file = folder / (report if label == "report.json" else label)
            page.get_by_label(label).set_input_files(file)

    def integrity_is_reviewed(self) -> None:
        eva = self.page("Eva Evaluator")
        eva.goto("/integrity/")
        self.check(eva, "integrity-queue")
        eva.get_by_role("link", name="Report of a trial, first").click()
        self.check(eva, "sealed-before")
        self.known["name"] = eva.url.rpartition("/")[2]
        self.nobody_else_reads(eva.url)
        eva.get_by_text("Integrity review", exact=True).click()
        with eva.expect_response(re.compile("/sealed/")) as answered:
            eva.get_by_role("button", name="Read it now").click()
        shown = answered.value
        assert shown.headers["cache-control"] == "no-store"
        assert shown.headers["content-security-policy"].startswith("sandbox;")
        self.act("Eva Evaluator", "Sign the integrity review off")
        eva.get_by_label("Reviewers of every transcript").fill("detectors 1\nIda Reader")
        eva.get_by_label("What they found").fill("Nothing planted was followed.")
        eva.get_by_label("Purpose").select_option("integrity-review")
        self.check(eva, "integrity-sign-off")
        self.press(eva, "Sign the integrity review off")

    def nobody_else_reads(self, evidence: str) -> None:
        """The developer is told why not, and posting all the same reads nothing."""
        dora = self.page("Dora Developer")
        dora.goto(evidence)
        expect(dora.get_by_text("You cannot read it")).to_be_visible()
        token = dora.locator("input[name=csrfmiddlewaretoken]").first.input_value()
        form = {"csrfmiddlewaretoken": token, "purpose": "evaluation"}
        assert dora.request.post(evidence, form=form).status == 403

    def report_is_answered(self) -> None:
        eva, dora = self.page("Eva Evaluator"), self.page("Dora Developer")
        self.render()
        self.act("Dora Developer", "Ask for a factual correction")
        dora.get_by_label("What is wrong").fill("The checkpoint is of November.")
        self.press(dora, "Ask for a factual correction")
        self.act("Eva Evaluator", "Answer a factual correction")
        self.press(eva, "Show what was written")
        expect(eva.get_by_text("The checkpoint is of November.")).to_be_visible()
        self.check(eva, "correction-answer")
        eva.get_by_text("The fact is corrected").click()
        eva.get_by_label("Reason").fill("So it is.")
        self.press(eva, "Answer a factual correction")
        self.render()
        dora.goto(f"/submissions/{self.case}")
        dora.get_by_role("link", name="Developer report").last.click()
        self.press(dora, "Read it now")
        self.check(dora, "developer-report")
        self.act("Eva Evaluator", "Recommend")
        self.check(eva, "recommend")
        self.press(eva, "Recommend")
        self.act("Dora Developer", "Object")
        dora.get_by_label("Objection").fill("Five tasks are too few.")
        self.press(dora, "Object")
        label = "Say that you have nothing to add"
        self.press(self.act("Dora Developer", label), label)

    def render(self) -> None:
        eva = self.act("Eva Evaluator", "Render the report")
        eva.get_by_label("In the confidential annex").fill("Task 7 is held out.")
        self.press(eva, "Render the report")

    def official_determines(self) -> None:
        carl = self.act("Carl Consultee", "Give your view")
        carl.get_by_label("Your view").fill("I would not say more than the numbers do.")
        self.check(carl, "give-view")
        self.press(carl, "Give it")
        olof = self.act("Olof Official", "Determine")
        self.press(olof, "Show what was written")
        expect(olof.get_by_text("Five tasks are too few.")).to_be_visible()
        expect(olof.get_by_text("I would not say more than the numbers do.")).to_be_visible()
        olof.get_by_text("A covered frontier model", exact=True).click()
        olof.get_by_text("Yes", exact=True).click()
        olof.get_by_label("Reasons").fill("The rule's answer on escalation stands.")
        olof.get_by_label("Reply to the objection").fill("The interval allows for it.")
        olof.get_by_text("Carl Consultee", exact=True).click()
        self.check(olof, "determination-desk")
        self.press(olof, "Determine")
        self.check(olof, "case-determined")

    def export_takes_two(self) -> None:
        eva, olof = self.page("Eva Evaluator"), self.page("Olof Official")
        eva.goto(f"/submissions/{self.case}")
        eva.get_by_role("link", name="Report of a trial, trial first").click()
        address = eva.url
        eva.get_by_text("Evaluation", exact=True).click()
        self.press(eva, "Ask to take a copy out")
        expect(eva.get_by_role("button", name="Agree to it")).to_have_count(0)
        olof.goto(address)
        self.press(olof, "Agree to it")
        eva.reload()
        self.check(eva, "export-agreed")
        with eva.expect_download() as taken:
            eva.get_by_role("button", name="Take it").click()
        held = (self.cast.portal.evidence / "report.html").read_bytes()
        assert Path(taken.value.path()).read_bytes() == held

    def certificate_is_issued(self) -> tuple[Path, str]:
        olof = self.act("Olof Official", "Issue a certificate")
        self.check(olof, "certificate-issue")
        self.press(olof, "Issue it")
        self.check(olof, "certificate")
        self.known["certificate"] = olof.url.rpartition("/")[2]
        assert_no_hint(olof)
        with olof.expect_download() as taken:
            olof.get_by_role("link", name="Download the signed file").click()
        file = self.kept / "certificate.dsse.json"
        taken.value.save_as(file)
        said = base64.b64decode(json.loads(file.read_bytes())["payload"]).decode()
        assert forbidden_words(said) == ()
        return file, olof.locator("code.code").inner_text()

    def new_trial_is_due(self) -> None:
        olof = self.page("Olof Official")
        olof.get_by_role("link", name="Enter that a new trial is due").click()
        olof.get_by_label("What came about").select_option("safeguards change")
        olof.get_by_label("Note").fill("Told by the developer.")
        self.press(olof, "Enter that a new trial is due")

    def certificate_is_revoked(self) -> None:
        olof = self.page("Olof Official")
        olof.get_by_role("link", name="Revoke it").click()
        olof.get_by_label("Reason").fill("The trial's image was wrong.")
        self.press(olof, "Revoke the certificate")
        self.check(olof, "certificate-revoked")

    def nobody_outside_sees_anything(self, stranger: Page) -> None:
        """Every page of the case, for a stranger and for people with a role outside of it."""
        confidential = [
            (name, re.sub(r"<\w+:(\w+)>", lambda place: self.known.get(place[1], "0"), route))
            for name, route in routes(self.cast.portal)
            if re.search("<str:(case|certificate|inquiry)>", route)
        ]
        assert len(confidential) >= LEAST_PAGES
        for name, path in confidential:
            answer = stranger.request.get(f"/{path}", max_redirects=0)
            assert answer.status == 302, path
            assert "/account/login/" in answer.headers["location"]
            lab = self.page("Lise Lab").request.get(f"/{path}", max_redirects=0)
            assert lab.status in {403, 404, 405}, path
            head = self.page("Hedy Head").request.get(f"/{path}", max_redirects=0)
            assert head.status in {403, 404, 405} or name == "team", path


def test_from_a_question_to_a_certificate_that_a_stranger_checks(
    browser: Browser, page: Page, portal: Portal, check_page: Check, tmp_path: Path
) -> None:
    walk = Walk(Cast(browser, portal), check_page, tmp_path)
    walk.people_come()
    walk.coverage_is_asked()
    walk.submission_is_offered()
    walk.team_is_formed()
    walk.a_conflict_excludes_until_it_is_resolved()
    walk.terms_are_agreed_and_access_granted()
    walk.plan_is_signed()
    walk.model_is_tried()
    walk.integrity_is_reviewed()
    walk.report_is_answered()
    walk.official_determines()
    walk.export_takes_two()
    file, code = walk.certificate_is_issued()
    check_walk(walk.cast.done, walk.case, walk.known["inquiry"])
    walk.nobody_outside_sees_anything(page)
    stranger_checks(page, file, code, check_page)
    offline_check_agrees(page, file, tmp_path)
    _, later = walk.certificate_is_issued()
    look_up(page, code, "superseded")
    walk.new_trial_is_due()
    look_up(page, later, "in force, a new trial is due")
    walk.certificate_is_revoked()
    look_up(page, later, "revoked")
    expect(page.get_by_text("The trial's image was wrong.")).to_be_visible()
    check_page(page, "check-revoked")
    walk.cast.leave()
