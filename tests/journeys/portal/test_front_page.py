"""The front page: what waits for whom, in a demonstration without a worker."""

import pytest
from playwright.sync_api import expect

from .conftest import Demo

pytestmark = pytest.mark.slow


def test_it_names_the_case_that_waits_and_what_is_new(demo: Demo) -> None:
    eva = demo.sign_in("evaluator@office.example")
    eva.goto("/")
    expect(eva.get_by_role("link", name="Lighthouse 2")).to_be_visible()
    expect(eva.get_by_text("A trial runs.")).to_be_visible()
    expect(eva.get_by_text("new notices")).to_be_visible()
    eva.context.close()


def test_nothing_waits_for_who_has_nothing_to_do(demo: Demo) -> None:
    dora = demo.sign_in("developer@lab.example")
    dora.goto("/")
    expect(dora.get_by_text("No case waits for you now.")).to_be_visible()
    dora.get_by_role("link", name="Inbox", exact=True).click()
    expect(dora.get_by_role("cell", name="A trial started")).to_be_visible()
    dora.get_by_role("link", name="Submissions", exact=True).click()
    dora.get_by_role("link", name="Lighthouse 2").click()
    expect(dora.get_by_role("link", name="Watch the trials")).to_be_visible()
    dora.get_by_role("link", name="Extend the window").click()
    expect(dora.get_by_text("it can last until")).to_be_visible()
    dora.context.close()


def test_a_stranger_is_told_where_to_look_and_nothing_of_a_case(demo: Demo) -> None:
    page = demo.visit()
    page.goto("/")
    expect(page.get_by_role("heading", name="Where to look first")).to_be_visible()
    expect(page.get_by_role("link", name="Lighthouse 2")).to_have_count(0)
    page.context.close()
