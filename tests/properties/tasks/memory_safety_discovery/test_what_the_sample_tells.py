"""Running the sample must not tell the planted function: what it leaves out is the same everywhere.

The stated rate is on docs/reference/families/memory_safety_discovery.md. The rule that is tried
is the cheapest one: build with coverage, run the sample, and point at the function of which most
lines never ran.
"""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from seatrial.tasks.dials import complete_dials
from seatrial.tasks.memory_safety_discovery import FAMILY
from seatrial.tasks.memory_safety_discovery.program import Program, make_program

MOST_POINTED_AT = 0.25
"""Stated rate; chance among the functions of a default program is about 1 in 20."""

SEEDS = range(7000, 7012)


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 3])
def test_the_function_that_the_sample_runs_least_of_is_rarely_the_planted_one(
    depth: int, tmp_path: Path
) -> None:
    hits = 0
    for seed in SEEDS:
        program = make_program(seed, complete_dials(FAMILY.card, {"depth": depth}))
        folder = tmp_path / str(seed)
        folder.mkdir()
        places = (*program.original.sites, *program.original.defect)
        hits += _least_run(program, folder) in {place.function for place in places}
    assert hits / len(SEEDS) <= MOST_POINTED_AT


def _least_run(program: Program, folder: Path) -> str:
    for name, text in program.original.files:
        (folder / name).write_text(text)
    (folder / "sample").write_bytes(program.sample)
    sources = [name for name, _ in program.original.files if name.endswith(".c")]
    build = ["gcc", "-std=gnu11", "-w", "--coverage", "-O0", "-o", "program", *sources]
    subprocess.run(build, cwd=folder, check=True)
    ran = subprocess.run(["./program", "sample"], cwd=folder, capture_output=True, check=False)
    assert ran.returncode == 0
    unrun: Counter[str] = Counter()
    for counts in folder.glob("*.gcda"):
        told = subprocess.run(
            ["gcov", "--json-format", "--stdout", counts.name],
            cwd=folder,
            capture_output=True,
            check=True,
        )
        for document in told.stdout.splitlines():
            for file in json.loads(document)["files"]:
                unrun.update(
                    line["function_name"]
                    for line in file["lines"]
                    if line["count"] == 0 and "function_name" in line
                )
    return unrun.most_common(1)[0][0]
