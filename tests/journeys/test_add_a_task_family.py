"""The family on docs/how-to/add-a-task-family.md passes the suite and the page's commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/add-a-task-family.md"
NAME = "toy_product"

JOIN = f"""
from pathlib import Path
import seatrial.tasks
from seatrial.tasks import registry
seatrial.tasks.__path__.append(str(Path(__file__).parent))
registry._NAMES = (*registry._NAMES, {NAME!r})
"""
"""What adding the folder and its name in the registry does, without touching the repository.

Python reads it at each start, so that interpreters which the suite starts know the family too.
"""

SUITE = ("-m", "pytest", "-q", "-n", "0", "-k", NAME, "tests/contracts/tasks/test_every_family.py")
COMMAND = ("-c", "from seatrial.faces.cli.main import main; main()", "task")


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("added")
    page = PAGE.read_text(encoding="utf-8")
    (folder / NAME).mkdir()
    (folder / "sitecustomize.py").write_text(JOIN, encoding="utf-8")
    for name, language in (("card.toml", "toml"), ("__init__.py", "python")):
        found = re.search(rf"`{name}`:\n\n```{language}\n(.*?)```", page, re.DOTALL)
        assert found, name
        (folder / NAME / name).write_text(found[1], encoding="utf-8")
    return folder


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.sandbox
@pytest.mark.slow
def test_the_family_of_the_page_passes_the_suite(folder: Path) -> None:
    done = _run(folder, *SUITE)
    assert done.returncode == 0, done.stdout[-3000:]
    counted = re.search(r"(\d+) passed", done.stdout)
    assert counted
    assert int(counted[1]) > 15
    assert "skipped" not in done.stdout


@pytest.mark.sandbox
def test_the_commands_of_the_page_work_on_it(folder: Path, tmp_path: Path) -> None:
    verified = _run(folder, *COMMAND, "verify", NAME, "--seeds", "0..2")
    assert verified.returncode == 0, verified.stderr
    task = tmp_path / "task"
    shown = _run(folder, *COMMAND, "show", NAME, "--seed", "3", str(task))
    assert shown.returncode == 0, shown.stderr
    answer = tmp_path / "answer.txt"
    answer.write_text(str(json.loads((task / "sealed/truth.json").read_text())["product"]))
    secrets = ("--secrets", str(task / "sealed/secrets.json"))
    words = ("grade", NAME, "--seed", "3", "--submission", str(answer), *secrets)
    graded = _run(folder, *COMMAND, *words)
    assert graded.returncode == 0, graded.stderr
    assert json.loads(graded.stdout)["reason"] == "right_product"
