"""The documents hold together: every relative link leads to something that is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changes/*.md")))


def links(page: Path) -> Iterator[str]:
    """Give the targets of a page's relative links, code left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`\n]*`", "", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """Give the fragments that a page's headings can be reached by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link).resolve() for link in links(index)}
    pages = {path for path in PAGES if index.parent in path.parents and path != index}

    assert pages - named == set()


def test_the_journey_page_names_files_that_exist() -> None:
    page = (ROOT / "docs" / "explanation" / "life-of-a-submission.md").read_text()
    source = ROOT / "src" / "seatrial"
    named = set(re.findall(r"\b[a-z_]+(?:/[a-z_]+)*\.py", page))

    assert len(named) > 30
    assert {one for one in named if not any(source.rglob(one))} == set()
