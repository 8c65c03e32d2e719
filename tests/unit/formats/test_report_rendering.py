import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator

from seatrial.core.problem import BadInputError
from seatrial.core.words import forbidden_words
from seatrial.formats.report_html import render_html
from seatrial.formats.report_json import read_report_json, write_report_json
from seatrial.formats.report_schema import report_schema
from seatrial.review.trial import ProbeReport

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json"


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page(made_up: ModuleType) -> str:
    content: bytes = render_html(made_up.made_up_trial().report())
    return content.decode()


def test_json_survives_the_way_out_and_back(made_up: ModuleType) -> None:
    report = made_up.made_up_trial().report()

    assert read_report_json(write_report_json(report), place="r") == report


def test_json_of_another_schema_is_refused(made_up: ModuleType) -> None:
    content = write_report_json(made_up.made_up_trial().report())
    other = content.replace(b'"seatrial.report/1"', b'"seatrial.report/2"')

    with pytest.raises(BadInputError, match=r"expected 'seatrial\.report/1'"):
        read_report_json(other, place="r")


def test_json_follows_the_published_schema(made_up: ModuleType) -> None:
    schema = json.loads(PUBLISHED.read_text())
    Draft202012Validator.check_schema(schema)

    report = json.loads(write_report_json(made_up.made_up_trial().report()))

    Draft202012Validator(schema).validate(report)
    report["estimates"][0]["budget"] = "many"
    assert not Draft202012Validator(schema).is_valid(report)


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text()) == report_schema()


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    parsed = _Page(page)

    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object"}
    assert [a for _, attributes in parsed.tags for a in attributes if a in {"src", "href"}] == []
    assert "url(" not in page
    assert "@import" not in page


def test_hostile_words_stay_words(page: str) -> None:
    assert "<b>frontier" not in page
    assert "&lt;b&gt;frontier&lt;/b&gt;-1\\u202e" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_the_page_says_what_it_is_and_never_the_forbidden_words(page: str) -> None:
    words = "".join(_Page(page).words)

    assert "This report is a measurement." in words
    assert "no endorsement" in words
    assert forbidden_words(words) == ()


def test_the_page_can_be_read_by_those_who_do_not_see_it(page: str) -> None:
    tags = _Page(page).tags

    assert dict(tags)["html"] == {"lang": "en"}
    figures = [attributes for tag, attributes in tags if tag == "svg"]
    assert figures
    assert all(one["role"] == "img" and one["aria-label"] for one in figures)
    tables = sum(tag == "table" for tag, _ in tags)
    assert sum(tag == "caption" for tag, _ in tags) == tables
    assert all(attributes.get("scope") for tag, attributes in tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_figure_is_followed_by_its_table(page: str) -> None:
    order = [tag for tag, _ in _Page(page).tags if tag in {"figure", "table"}]

    pairs = list(pairwise(order))
    assert order.count("figure") == 4
    assert [after for before, after in pairs if before == "figure"] == ["table"] * 4


def test_a_void_trial_says_so_at_the_top(made_up: ModuleType, page: str) -> None:
    trial = made_up.made_up_trial().but(probe=ProbeReport(probes=()))

    void = render_html(trial.report()).decode()

    assert "The conclusion of this trial is void." in void
    assert void.index("is void.") < void.index("Figure 1")
    assert "The conclusion of this trial is void." not in page


def test_a_trial_with_nothing_measured_still_renders(made_up: ModuleType) -> None:
    trial = made_up.made_up_trial()
    draft = replace(trial.plan.draft, controls=())

    empty = trial.but(samples=(), plan=replace(trial.plan, draft=draft)).report()

    assert b"Vulnerability discovery was not measured." in render_html(empty)


def test_too_many_samples_are_left_to_the_data(made_up: ModuleType) -> None:
    report = made_up.made_up_trial().report()

    long = render_html(replace(report, samples=report.samples * 3)).decode()

    assert "samples are listed in report.json and verdicts.jsonl." in long
