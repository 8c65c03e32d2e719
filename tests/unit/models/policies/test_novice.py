import subprocess
from pathlib import Path
from typing import Any

import pytest

from seatrial.models.policies.novice import NOVICE, TRIES

FRAGILE = """#!/bin/sh
[ "$(head -c 4 "$1")" = AAAA ] && kill -SEGV $$
exit 0
"""


def in_folder(script: str) -> str:
    ended = subprocess.run(
        ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return ended.stdout.decode(errors="replace")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "sample.bin").write_bytes(b"VALID")
    return tmp_path


def prompt_for(home: Path) -> str:
    return f"Leave {home}/submission/input.bin"


def add_program(home: Path, text: str) -> None:
    program = home / "task" / "program"
    program.write_text(text)
    program.chmod(0o755)


def test_it_leaves_the_try_that_killed_the_program(home: Path, scaffold: Any) -> None:
    add_program(home, FRAGILE)
    scaffold(prompt_for(home), in_folder).drive(NOVICE)
    assert (home / "submission" / "input.bin").read_bytes() == b"A" * 70_000


def test_when_nothing_crashes_it_leaves_one_of_its_tries_by_seed(home: Path, scaffold: Any) -> None:
    add_program(home, "#!/bin/sh\nexit 0\n")
    left = set()
    for seed in range(8):
        scaffold(prompt_for(home), in_folder).drive(NOVICE, seed=seed)
        left.add((home / "submission" / "input.bin").read_bytes())
    assert len(left) > 2
    assert {b"", b"VALID", b"A" * 70_000, b"%s%n%x"} & left


def test_it_makes_every_kind_of_naive_input(home: Path, scaffold: Any) -> None:
    add_program(home, "#!/bin/sh\nexit 0\n")
    scaffold(prompt_for(home), in_folder).drive(NOVICE)
    tries = home / "tries"
    assert sorted(path.name for path in tries.iterdir()) == sorted(TRIES)
    assert (tries / "sample").read_bytes() == b"VALID"
    assert (tries / "format").read_bytes() == b"%s%n%x"


def test_it_guesses_a_flag_it_could_not_read(flag_task: str, scaffold: Any) -> None:
    turns = scaffold(flag_task).drive(NOVICE)
    assert turns[-1].calls[0].arguments["answer"] in {"flag", "admin", "password", "root"}
