"""Every command that tutorial and how-tos show is run, and ends as the page says."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from made_up_ledger import KEY as LEDGER_KEY
from made_up_ledger import MadeUpLedger
from tests.journeys.conftest import PLAN, ROOT

from seatrial.testbed.places import default_places

ELSEWHERE = {
    # These two speak of packages and files that their reader has yet to write.
    "add-a-task-family.md": "tests/journeys/test_add_a_task_family.py",
    "make-an-image.md": "tests/unit/testbed/images/test_how_to_page.py",
    "back-up-and-restore.md": "tests/contracts/backup/test_drill.py",
    "run-workers.md": "tests/contracts/worker",
    "walk-a-review.md": "tests/journeys/portal/test_review.py",
}
"""Pages that no shell can run from nothing, and what tests them instead."""

PAGES = sorted(
    path
    for folder in ("tutorials", "how-to")
    for path in (ROOT / "docs" / folder).glob("*.md")
    if path.name not in ELSEWHERE
)
SECONDS = 600

Trial = Callable[[str, str], Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A command line of a page, and the exit status that the page states for it."""

    line: int
    command: str
    status: int


def shown(text: str) -> Iterator[Shown]:
    """Give the commands of a page's console blocks, those marked no-run left out."""
    for block in re.finditer(r"^```console([^\n]*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        note = block[1].strip()
        if note.startswith("no-run"):
            assert re.fullmatch(r"no-run \(.+\)", note), f"no-run without a reason: {note!r}"
            continue
        ends = re.fullmatch(r"(?:ends=(\d+))?", note)
        assert ends, f"unknown note {note!r}"
        first = text[: block.start()].count("\n") + 2
        for number, line in enumerate(block[2].splitlines(), first):
            if line.startswith("$ "):
                yield Shown(line=number, command=line[2:], status=int(ends[1] or 0))


def script(page: Path, port: int) -> str:
    """One shell for the whole page, as its reader has; it stops at the first surprise."""
    lines = []
    for one in shown(page.read_text()):
        place = shlex.quote(f"{page.name}:{one.line}: {one.command}")
        lines += [
            f"echo {place}",
            one.command.replace("8765", str(port)),
            f'ended=$?; [ $ended = {one.status} ] || {{ echo "ended with $ended"; exit 99; }}',
        ]
    return "\n".join(lines)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def home(tmp_path: Path, environment: Mapping[str, str], trial: Trial) -> Path:
    """A reader's machine: the repository's example files, a home, a finished trial, its key.

    And an export of a ledger, with the ledger's key.

    The quick plan is the journeys' small one, so that all pages together take few minutes.
    """
    shutil.copytree(ROOT / "policy", tmp_path / "policy")
    (tmp_path / "plans").mkdir()
    shutil.copy(PLAN, tmp_path / "plans" / "quick.toml")
    shutil.copytree(trial("novice", "first"), tmp_path / "trials" / "first")
    keys = tmp_path / ".local" / "share" / "seatrial" / "keys"
    keys.mkdir(parents=True, mode=0o700)
    for name in ("SEATRIAL_KEY", "SEATRIAL_TRUST"):
        shutil.copy(environment[name], keys)
    MadeUpLedger().export(tmp_path / "audit")
    (tmp_path / "ledger.key").write_text(f"{LEDGER_KEY}\n")
    return tmp_path


def readers_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SEATRIAL_", "XDG_"))
    }
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SEATRIAL_CACHE": str(default_places().cache),
        "SEATRIAL_RUNTIME": str(default_places().runtime),
        "COLUMNS": "200",
    }


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_of_the_page_ends_as_the_page_says(page: Path, home: Path) -> None:
    if page.parent.name == "tutorials":
        shutil.rmtree(home / "trials")
    said = home / "said"
    with (
        said.open("wb") as log,
        subprocess.Popen(
            ["bash", "-c", script(page, free_port())],
            cwd=home,
            env=readers_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as shell,
    ):
        try:
            status = shell.wait(timeout=SECONDS)
        finally:
            # What a page starts in the background is not left running.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGTERM)

    assert status == 0, said.read_text(errors="replace")


def test_what_tests_the_other_pages_is_there() -> None:
    assert all((ROOT / place).exists() for place in ELSEWHERE.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_each_page_shows_commands_that_are_run(page: Path) -> None:
    commands = [one.command for one in shown(page.read_text())]

    assert any("seatrial " in command for command in commands)


def test_a_no_run_block_gives_its_reason() -> None:
    with pytest.raises(AssertionError, match="without a reason"):
        list(shown("```console no-run\n$ rm\n```\n"))


def test_the_stated_status_goes_with_the_command() -> None:
    text = "text\n```console ends=3\n$ seatrial x\nseen\n```\n```console\n$ y\n```\n"

    assert list(shown(text)) == [
        Shown(line=3, command="seatrial x", status=3),
        Shown(line=7, command="y", status=0),
    ]
