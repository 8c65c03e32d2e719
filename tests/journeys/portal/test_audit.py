"""The auditor: entries with the facts that are theirs to see, proofs, an export that verifies."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import SEATRIAL, Check, Demo

pytestmark = pytest.mark.slow


def test_the_auditor_sees_entries_proofs_and_takes_an_export_that_verifies(
    demo: Demo, check_page: Check, tmp_path: Path
) -> None:
    ada = demo.sign_in("auditor@audit.example")
    ada.goto("/ledger/")
    check_page(ada, "ledger-auditor")
    ada.get_by_role("link", name="Entries").click()
    check_page(ada, "entries")
    ada.get_by_label("Kind, or how it begins").fill("submission.determined")
    ada.get_by_role("button", name="Show these").click()
    # Of a case whose team she is not in: that it happened, not what.
    expect(ada.get_by_text("Its facts are confidential to others.")).to_be_visible()
    ada.goto("/ledger/entries?kind=submission.trial-started")
    ada.get_by_text("Facts", exact=True).first.click()
    expect(ada.get_by_text("with safeguards")).to_be_visible()
    ada.locator(".entries__head a").first.click()
    expect(ada.get_by_text("lead from the leaf")).to_be_visible()
    check_page(ada, "entry")
    ada.goto("/ledger/sign-ins")
    expect(ada.get_by_role("cell", name="auditor@audit.example").first).to_be_visible()
    check_page(ada, "sign-ins")
    ada.goto("/ledger/export")
    ada.get_by_label("What it is for").fill("The yearly audit.")
    check_page(ada, "ledger-export")
    with ada.expect_download() as taken:
        ada.get_by_role("button", name="Take it").click()
    with zipfile.ZipFile(taken.value.path()) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "ledger-export"
    ran = subprocess.run(
        [SEATRIAL, "ledger", "verify", folder, "--key", folder / "keys.txt"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "Everything agrees" in ran.stdout) == (0, True), ran.stdout + ran.stderr
    assert b"The yearly audit." in (folder / "entries.ndjson").read_bytes().splitlines()[-1]
    ada.context.close()


def test_nobody_but_an_auditor_sees_entries(demo: Demo) -> None:
    for email in ("official@office.example", "head@office.example", "developer@lab.example"):
        page = demo.sign_in(email)
        for path in ("/ledger/entries", "/ledger/entries/3", "/ledger/export", "/ledger/sign-ins"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 403
        page.context.close()
