"""The page on security names tests: each must be there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
LEAST = 25
"""Tests on the page; fewer means that the pattern above reads it no more."""


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(NAMED.findall(PAGE.read_text(encoding="utf-8")))
    missing = [
        (path, name)
        for path, name in named
        if not (ROOT / path).is_file() or f"def {name or 'test_'}" not in (ROOT / path).read_text()
    ]

    assert len(named) >= LEAST
    assert missing == []
