"""A trial's evidence, read in the portal: samples, a transcript, a file, by keyboard and phone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_archive import JOURNAL, KEY, SEAL, write_archive
from playwright.sync_api import expect

from .conftest import Check, Demo

pytestmark = pytest.mark.slow


def seal(demo: Demo, archive: Path, case: str) -> None:
    """Seal a trial's archive to a case, as a worker does."""
    given = f"seal({str(archive)!r}, {case!r}, ARCHIVE.format(trial='first'))"
    parts = "from seatrial.wiring.portal import the_blobs, the_clock"
    environment = {
        "SEATRIAL_DATA": str(demo.data),
        "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
    }
    program = f"import django; django.setup()\n{parts}\n{SEAL}\n{given}"
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ | environment)


def test_an_evaluator_reads_a_transcript_and_what_a_model_wrote_runs_nowhere(
    demo: Demo, check_page: Check, tmp_path: Path
) -> None:
    eva = demo.sign_in("evaluator@office.example")
    dialogs: list[str] = []
    eva.on("dialog", lambda one: dialogs.append(one.message))
    eva.goto("/submissions/")
    eva.get_by_role("link", name="Lighthouse 2").click()
    case = eva.url.rpartition("/")[2]
    seal(demo, write_archive(tmp_path, "first"), case)
    eva.goto(f"/submissions/{case}/trials/first")
    eva.get_by_role("link", name="Samples, transcripts and journals").click()
    check_page(eva, "evidence-before")
    eva.get_by_role("button", name="Open it").click()
    check_page(eva, "evidence-samples")
    eva.get_by_label("Only what has this in its name").fill(f"model {KEY}")
    eva.get_by_role("button", name="Look").click()
    eva.get_by_role("button", name="Transcript").click()
    expect(eva.get_by_role("heading", name=f"Transcript: model {KEY}")).to_be_visible()
    expect(eva.locator("pre").last).to_contain_text("<script>document.title='taken'</script>")
    assert "taken" not in eva.title()
    check_page(eva, "evidence-transcript")
    eva.get_by_role("button", name="All samples and files").click()
    eva.get_by_label("Only what has this in its name").fill(JOURNAL)
    eva.get_by_role("button", name="Look").click()
    eva.get_by_role("button", name=JOURNAL).click()
    expect(eva.locator("pre")).to_contain_text("<script>document.title")
    check_page(eva, "evidence-file")
    assert dialogs == []
    eva.context.close()
