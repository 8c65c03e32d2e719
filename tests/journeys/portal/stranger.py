"""A stranger who checks a certificate: by file, by code, and offline."""

import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .conftest import SEATRIAL, Check


def assert_no_hint(page: Page) -> None:
    """No badge and no green: nothing hints that a model is allowed something."""
    hints: Locator = page.locator(
        ".usa-tag, .usa-alert--success, [class*='green'], [class*='mint']"
    )
    assert hints.count() == 0


def stranger_checks(page: Page, file: Path, code: str, check: Check) -> None:
    page.goto("/check/")
    check(page, "check")
    page.get_by_label("The certificate's file").set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", name="This certificate is in force")).to_be_visible()
    expect(page.get_by_text("This certificate is not an approval.")).to_be_visible()
    assert_no_hint(page)
    check(page, "check-in-force")
    look_up(page, code.lower().replace("-", " "), "in force")
    altered = file.with_name("altered.json")
    altered.write_bytes(file.read_bytes().replace(b'"sig":"', b'"sig":"AA'))
    page.get_by_label("The certificate's file").set_input_files(altered)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "check-altered")


def look_up(page: Page, code: str, standing: str) -> None:
    page.goto("/check/")
    page.get_by_label("code printed on it").fill(code)
    page.get_by_role("button", name="Check it").click()
    heading = f"This certificate is {standing}"
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def offline_check_agrees(page: Page, file: Path, folder: Path) -> None:
    with page.expect_download() as taken:
        page.get_by_role("link", name="this office's public key").click()
    key = folder / "office.pem"
    taken.value.save_as(key)
    ran = subprocess.run(
        [SEATRIAL, "certificate", "check", file, "--key", key],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "Its signature agrees" in ran.stdout) == (0, True), ran.stdout
    assert "This certificate is not an approval." in ran.stdout
