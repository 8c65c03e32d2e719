"""What everybody may see without an account: figures, the ledger's head, the policy."""

import csv
import json
import re

import pytest
from playwright.sync_api import expect

from .conftest import Check, Demo

pytestmark = pytest.mark.slow

NAMES = ("Harbour", "Lab of Examples", "Pilot", "Beacon", "Hugo", "Olof")


def test_figures_are_public_without_identities_or_small_groups(
    demo: Demo, check_page: Check
) -> None:
    page = demo.visit()
    page.goto("/transparency/")
    declined = page.get_by_role("row", name="declined 6")
    expect(declined).to_be_visible()
    check_page(page, "figures")
    text = page.locator("main").inner_text()
    data = page.request.get(str(page.get_by_role("link", name="JSON").get_attribute("href")))
    rows = page.request.get(str(page.get_by_role("link", name="CSV").get_attribute("href")))
    for shown in (text, data.text(), rows.text()):
        assert [one for one in NAMES if one in shown] == []
    parsed = json.loads(data.body())
    held = list(csv.DictReader(rows.text().splitlines()))
    for table in parsed["tables"]:
        counts = [one["count"] for one in table["cells"]]
        assert [one for one in counts if one and one < parsed["smallest_group"]] == []
        listed = [one["count"] for one in held if one["table"] == table["name"]]
        assert listed == ["" if one is None else str(one) for one in (*counts, table["total"])]
    outcomes = {one["label"]: one["count"] for one in parsed["tables"][0]["cells"]}
    assert (outcomes["declined"], outcomes["withdrawn"]) == (6, 5)
    # The quarter that runs has no figures, whatever one asks for.
    assert page.request.get("/transparency/2199-Q1.json").status == 404
    page.context.close()


def test_the_ledgers_head_is_public_and_its_entries_are_not(demo: Demo, check_page: Check) -> None:
    page = demo.visit()
    page.goto("/ledger/")
    check_page(page, "ledger-public")
    note = page.request.get("/ledger/checkpoint").text()
    assert re.search(r"^\S+\n\d+\n\S+\n\n— \S+ \S+\n", note)
    for path in ("/ledger/entries", "/ledger/entries/0", "/ledger/export", "/ledger/sign-ins"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Sign In")).to_be_visible()
    page.context.close()
