"""A new detector arrives: a rescan is ordered, watched, judged, and an incident opened from it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from planted_trial import DETECTOR, SIGN, old_trial, packed
from playwright.sync_api import Page, expect

from .conftest import SEATRIAL, Check, Demo

pytestmark = pytest.mark.slow

EVA, OLOF, DORA = "evaluator@office.example", "official@office.example", "developer@lab.example"

SEAL = """
import sys, django; django.setup()
from seatrial.adapters.store.models import StreamRow
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.evidence import ARCHIVE
from seatrial.faces.desk.orders import WORKER
from seatrial.wiring.portal import the_blobs, the_clock
title, path = sys.argv[1:]
case = StreamRow.objects.get(aggregate="submission", title__contains=title).stream.partition("/")[2]
setting = Setting(at=the_clock().now(), actor=WORKER)
with open(path, "rb") as archive:
    the_blobs().seal(case, archive, ARCHIVE.format(trial="first"), setting)
"""


def environment(demo: Demo) -> dict[str, str]:
    settings = "seatrial.faces.web.settings"
    return {**os.environ, "SEATRIAL_DATA": str(demo.data), "DJANGO_SETTINGS_MODULE": settings}


def seal(demo: Demo, title: str, path: Path) -> None:
    subprocess.run([sys.executable, "-c", SEAL, title, path], check=True, env=environment(demo))


@contextmanager
def working(demo: Demo, log: Path) -> Iterator[None]:
    """Run a worker on the demonstration's data."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            [SEATRIAL, "worker", "--data", demo.data, "--look", "0.5", "--only", "others"],
            stdout=written,
            stderr=subprocess.STDOUT,
            env=environment(demo),
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_new_detector_searches_old_trials(demo: Demo, check_page: Check, tmp_path: Path) -> None:
    eva = demo.sign_in(EVA)
    eva.goto("/rescans/")
    expect(eva.get_by_text("No case holds a sealed trial to search.")).to_be_visible()
    check_page(eva, "rescans-none")
    for title, command in (("Beacon 1", SIGN), ("Lighthouse 2", "ls")):
        archive = tmp_path / title
        archive.write_bytes(
            packed(old_trial(tmp_path / f"{title}-folder", command=command), "first")
        )
        seal(demo, title, archive)
    eva.goto("/rescans/")
    eva.get_by_role("link", name="Order a rescan").click()
    a_hostile_file_is_refused(eva, check_page)
    eva.get_by_text("A new one, from a file").click()
    eva.get_by_label("Detector's file").set_input_files(
        {"name": "d.toml", "mimeType": "text/plain", "buffer": DETECTOR.encode()}
    )
    eva.get_by_label("Purpose").select_option("integrity-review")
    check_page(eva, "rescan-order")
    press(eva, "Order the rescan")
    expect(eva.get_by_text("0 of 2 cases have a result.")).to_be_visible()
    check_page(eva, "rescan-waits")
    with working(demo, tmp_path / "worker.log"):
        # The board alone is replaced, as the trial's is; nobody reloads the page.
        expect(eva.get_by_role("heading", name="It is done")).to_be_visible(timeout=90_000)
    expect(eva.get_by_text("2 of 2 cases have a result.")).to_be_visible()
    check_page(eva, "rescan")
    watched = eva.url
    eva.get_by_role("link", name="Lighthouse 2").click()
    expect(eva.get_by_text("The detector found nothing in what was searched.")).to_be_visible()
    check_page(eva, "rescan-case-clean")
    it_is_judged_in_the_queue(eva, check_page)
    an_incident_comes_of_it(eva, check_page)
    eva.goto("/rescans/")
    expect(eva.get_by_role("link", name="answer-key 3")).to_be_visible()
    check_page(eva, "rescans")
    eva.context.close()
    others_see_numbers_only(demo, watched)


def a_hostile_file_is_refused(eva: Page, check_page: Check) -> None:
    hostile = DETECTOR.replace("the answer key says", "(a+)+\\\\1")
    eva.get_by_text("A new one, from a file").click()
    eva.get_by_label("Detector's file").set_input_files(
        {"name": "d.toml", "mimeType": "text/plain", "buffer": hostile.encode()}
    )
    press(eva, "Order the rescan")
    expect(eva.get_by_text("rule[1].pattern is none that RE2 takes")).to_be_visible()
    check_page(eva, "rescan-order-refused")


def it_is_judged_in_the_queue(eva: Page, check_page: Check) -> None:
    eva.goto("/integrity/")
    check_page(eva, "integrity-rescan")
    eva.get_by_role("link", name="Beacon 1 final").click()
    expect(eva.get_by_role("heading", name="Judge what was found")).to_be_visible()
    check_page(eva, "rescan-case")
    here = eva.url
    eva.get_by_role("link", name="Read the record of the search").click()
    eva.get_by_text("Integrity review", exact=True).click()
    press(eva, "Read it now")
    expect(eva.get_by_text("/srv/answer/key7").first).to_be_visible()
    eva.goto(here)
    eva.get_by_text("It is what the detector takes it for").click()
    eva.get_by_label("Why, and what follows from it").fill("It read the graders' folder.")
    eva.get_by_label("Purpose").select_option("integrity-review")
    press(eva, "Enter the judgement")
    expect(eva.get_by_text("It is what the detector takes it for.")).to_be_visible()
    check_page(eva, "rescan-case-judged")
    eva.goto("/integrity/")
    expect(eva.get_by_text("that nobody has judged")).to_be_visible()
    eva.goto(here)


def an_incident_comes_of_it(eva: Page, check_page: Check) -> None:
    eva.get_by_role("link", name="Open an incident").click()
    expect(eva.get_by_label("Case concerned").locator("option:checked")).to_have_text(
        "Beacon 1 final"
    )
    expect(eva.get_by_label("Title")).to_have_value("A rescan with answer-key 3 found something")
    expect(eva.get_by_label("When it was noticed")).not_to_have_value("")
    check_page(eva, "rescan-incident")
    press(eva, "Open the incident")
    expect(eva.get_by_text("opened by a rescan")).to_be_visible()
    expect(eva.get_by_text("found it in 1 of 1 samples")).to_be_visible()


def others_see_numbers_only(demo: Demo, watched: str) -> None:
    """A developer does not learn of it; what was found is read by the case's people."""
    dora = demo.sign_in(DORA)
    answer = dora.goto(watched)
    assert answer is not None
    assert answer.status == 403
    expect(dora.get_by_role("link", name="Rescans")).to_have_count(0)
    dora.context.close()
    olof = demo.sign_in(OLOF)
    olof.goto(watched)
    expect(
        olof.get_by_role("link", name="answer-key").or_(olof.locator("h1")).first
    ).to_be_visible()
    olof.context.close()
