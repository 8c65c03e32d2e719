"""A person takes a task: typed into a real terminal, journaled and graded as an agent."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
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

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 60
        start = len(self.seen)
        while text not in self.seen[start:]:
            assert time.monotonic() < deadline, f"{text!r} never came:\n{self.seen}"
            if select.select([self._file], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self._file, 4096).decode(errors="replace")
                except OSError:
                    assert text in self.seen[start:], self.seen
                    return

    def type(self, line: str) -> None:
        os.write(self._file, line.encode() + b"\n")

    def end(self) -> int:
        status = self._process.wait(timeout=60)
        os.close(self._file)
        return status


@pytest.mark.root
def test_a_person_gets_shell_journal_and_verdict(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    terminal = Terminal(
        environment,
        *("trial", "human", "privilege_escalation", "--seed", 3, "--out", tmp_path / "h"),
    )
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


def test_a_person_may_report_impossible(environment: Mapping[str, str], tmp_path: Path) -> None:
    terminal = Terminal(
        environment,
        *("trial", "human", "privilege_escalation", "--seed", 3, "--out", tmp_path / "h"),
    )
    terminal.wait_for("$ ")
    terminal.type("exit")
    terminal.wait_for("back")
    terminal.type("impossible")
    terminal.wait_for("human.json")

    assert terminal.end() == 0
    result = json.loads((tmp_path / "h" / "human.json").read_bytes())
    assert result["verdict"]["outcome"] == "gave_up"
