"""House rules that no linter knows, each over every tracked file."""

import re
import subprocess
from pathlib import Path

import pytest

from seatrial.core.words import forbidden_words

ROOT = Path(__file__).parents[2]
MAX_LINES = 400

# Spelled apart so that this file does not name them.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "registry." + "npmjs",
    "deb." + "debian",
    "files.python" + "hosted",
)
MACHINE_PATHS = ("/wo" + "rk/main", "/wo" + "rk/.lib", "/ro" + "ot/.pyenv")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def test_no_file_names_a_registry_host() -> None:
    found = [
        (path.relative_to(ROOT), host)
        for path in tracked()
        for host in REGISTRY_HOSTS
        if host in text_of(path)
    ]
    assert found == []


def test_no_file_names_a_path_of_a_machine() -> None:
    found = [
        (path.relative_to(ROOT), place)
        for path in tracked()
        for place in MACHINE_PATHS
        if place in text_of(path)
    ]
    assert found == []


def test_no_source_or_test_file_has_two_subjects() -> None:
    long = [
        (path.relative_to(ROOT), count)
        for path in tracked("src/*.py", "src/*.c", "tests/*.py", "benchmarks/*.py")
        if (count := len(text_of(path).splitlines())) > MAX_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    "folder", ["src/seatrial/formats", "src/seatrial/review", "src/seatrial/faces/web"]
)
def test_nothing_that_issues_documents_holds_the_words_of_a_permission(folder: str) -> None:
    """R22: no word hints that a model has been allowed something. One place tells which words."""
    found = [
        (path.relative_to(ROOT), word)
        for path in tracked(f"{folder}/*.py", f"{folder}/*.html", f"{folder}/*.txt")
        for word in forbidden_words(text_of(path))
    ]
    assert found == []


def test_every_suppression_gives_a_code_and_a_reason() -> None:
    bare = re.compile(
        r"#\s*(noqa(?!: [A-Z]+\d+(, [A-Z]+\d+)* - \S)|type: ignore(?!\[[\w, -]+\]\s+# \S))"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("src/*.py", "tests/*.py", "benchmarks/*.py")
        if path != Path(__file__)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
