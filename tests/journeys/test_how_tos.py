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
from postgres_server import PostgresServer
from tests.journeys.conftest import PLAN, ROOT

from seatrial.testbed.places import default_places

ELSEWHERE = {
    # These two speak of packages and files that their reader has yet to write.
    "add-a-task-family.md": "tests/journeys/test_add_a_task_family.py",
    "make-an-image.md": "tests/unit/testbed/images/test_how_to_page.py",
    # This one shows no command: it is a walk through pages.
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
    """A command line of a page, and the exit status that the page states for it.

    stopped: it runs until it is stopped, and ends in order then.
    """

    line: int
    command: str
    status: int
    stopped: bool = False


def shown(text: str) -> Iterator[Shown]:
    """Give the commands of a page's console blocks, those marked no-run left out."""
    for block in re.finditer(r"^ *```console([^\n]*)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        note = block[1].strip()
        if note.startswith("no-run"):
            assert re.fullmatch(r"no-run \(.+\)", note), f"no-run without a reason: {note!r}"
            continue
        ends = re.fullmatch(r"(?:ends=(\d+)|until stopped)?", note)
        assert ends, f"unknown note {note!r}"
        first = text[: block.start()].count("\n") + 2
        for number, line in enumerate(map(str.lstrip, block[2].splitlines()), first):
            if line.startswith("$ "):
                yield Shown(
                    line=number,
                    command=line[2:],
                    status=int(ends[1] or 0),
                    stopped=note == "until stopped",
                )


UNTIL_STOPPED = """
answers() { (: < /dev/tcp/127.0.0.1/PORT) 2>/dev/null; }
until_stopped() {
  : > stopped.log
  "$@" >> stopped.log 2>&1 &
  while kill -0 $! 2>/dev/null; do
    if [ -s stopped.log ] && { [[ "$*" != *--port* ]] || answers; }; then kill -TERM $!; break; fi
    sleep 0.2
  done
  cat stopped.log
  wait $!
}
"""
"""Starts a command, and stops it when it has said something, a server when it answers."""


def script(page: Path, port: int, places: Mapping[str, str]) -> str:
    """One shell for the whole page, as its reader has; it stops at the first surprise.

    places: what stands in the page for something of the reader's own, and what it is here.
    """
    lines = [UNTIL_STOPPED.replace("PORT", str(port))]
    for one in shown(page.read_text()):
        place = shlex.quote(f"{page.name}:{one.line}: {one.command}")
        command = ("until_stopped " if one.stopped else "") + one.command.replace("8765", str(port))
        for said, here in places.items():
            command = command.replace(said, here)
        lines += [
            f"echo {place}",
            command,
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


PORTAL = """
set -e
seatrial portal begin --data seatrial-data --name Office
python SEED seatrial-data
seatrial ledger export own --data seatrial-data
cp own/keys.txt ledger-keys.txt
seatrial ledger anchor own --to heads.txt --key ledger-keys.txt
mkdir safe
cp seatrial-data/operator.key seatrial-data/keys/ledger.pem safe
"""
"""What one has who runs a portal: it, copies of its private keys, and the ledger's key and head."""

OWN_PORTAL = {"back-up-and-restore.md", "run-workers.md"}
"""Pages whose reader runs one."""

SEED = ROOT / "tests" / "support" / "seed_portal.py"


@pytest.fixture
def places(
    page: Path, home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """What stands on a page for something of the reader's own, made here: a portal, a database."""
    if page.name not in OWN_PORTAL:
        return {}
    begin = PORTAL.replace("SEED", str(SEED))
    subprocess.run(["bash", "-c", begin], cwd=home, env=readers_environment(home), check=True)
    found = {"/srv/seatrial": str(home / "seatrial-data")}
    if "createdb" in page.read_text():
        server: PostgresServer = request.getfixturevalue("postgres_server")
        monkeypatch.setenv("PGHOST", str(server.folder))
        monkeypatch.setenv("PGUSER", "seatrial")
        found["PASSWORD@db.example.org/seatrial_work"] = f"x@/seatrial_work?host={server.folder}"
    return found


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
def test_every_command_of_the_page_ends_as_the_page_says(
    page: Path, home: Path, places: Mapping[str, str]
) -> None:
    if page.parent.name == "tutorials":
        shutil.rmtree(home / "trials")
    said = home / "said"
    with (
        said.open("wb") as log,
        subprocess.Popen(
            ["bash", "-c", script(page, free_port(), places)],
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


def test_what_runs_until_stopped_is_marked_also_in_a_list() -> None:
    text = "1. start\n\n   ```console until stopped\n   $ seatrial x\n   ```\n"

    assert list(shown(text)) == [Shown(line=4, command="seatrial x", status=0, stopped=True)]


def test_the_stated_status_goes_with_the_command() -> None:
    text = "text\n```console ends=3\n$ seatrial x\nseen\n```\n```console\n$ y\n```\n"

    assert list(shown(text)) == [
        Shown(line=3, command="seatrial x", status=3),
        Shown(line=7, command="y", status=0),
    ]
