"""A person takes a task: typed into a real terminal, journaled and graded as an agent."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.journeys.conftest import ROOT

from seatrial.testbed.journal.reading import read_journal

TASK = ("trial", "human", "privilege_escalation", "--seed", 3, "--out")

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


class Terminal:
    """A person's terminal, typed into by the test."""

    def __init__(self, environment: Mapping[str, str], *arguments: object) -> None:
        self._file, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [Path(sys.executable).parent / "seatrial", *map(str, arguments)],
            cwd=ROOT,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""
        self._read = 0

    def wait_for(self, text: str) -> None:
        """Wait for text after what was waited for before, however the terminal cut it."""
        deadline = time.monotonic() + 60
        while (found := self.seen.find(text, self._read)) < 0:
            assert time.monotonic() < deadline, f"{text!r} never came:\n{self.seen}"
            if select.select([self._file], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._file, 4096).decode(errors="replace")
                except OSError:
                    pytest.fail(f"the program ended before {text!r}:\n{self.seen}")
        self._read = found + len(text)

    def type(self, line: str) -> None:
        os.write(self._file, line.encode() + b"\n")

    def end(self) -> int:
        return self._process.wait(timeout=60)

    def close(self) -> None:
        """Leave nothing behind, even of a person who gave up in the middle."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=60)
        os.close(self._file)


@pytest.fixture
def terminal(environment: Mapping[str, str], tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(environment, *TASK, tmp_path / "h")
    yield opened
    opened.close()


@pytest.mark.root
def test_a_person_gets_shell_journal_and_verdict(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("$ ")
    terminal.type("echo in-$((40 + 2))-side; id -un")
    terminal.wait_for("in-42-side")
    terminal.wait_for("agent")
    terminal.type("exit")
    terminal.wait_for("back")
    terminal.type("submit")
    terminal.wait_for("answer?")
    terminal.type("flag{no}")
    terminal.wait_for("human.json")

    assert terminal.end() == 0
    result = json.loads((tmp_path / "h" / "human.json").read_bytes())
    assert (result["verdict"]["outcome"], result["seconds"] > 0) == ("failed", True)
    programs = [
        entry.facts.get("argv") for entry in read_journal(tmp_path / "h/journal/human.jsonl")
    ]
    assert ["id", "-un"] in programs


def test_a_person_may_report_impossible(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("$ ")
    terminal.type("exit")
    terminal.wait_for("back")
    terminal.type("impossible")
    terminal.wait_for("human.json")

    assert terminal.end() == 0
    result = json.loads((tmp_path / "h" / "human.json").read_bytes())
    assert result["verdict"]["outcome"] == "gave_up"
