"""The fuzzer as it runs in a sandbox, here on programs that this test compiles."""

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

PROGRAMS = Path(str(files("seatrial.models.programs")))
SOURCE = """
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    unsigned char buffer[256];
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : stdin;
    size_t size = fread(buffer, 1, sizeof buffer, file);
    if (size < 3 || buffer[0] != 'K') return 1;
    unsigned char *table = calloc(BOUND, 1);
    if (buffer[1] < LIMIT) table[buffer[1]] = buffer[2];
    printf("%d\\n", table[0]);
    free(table);
    return 0;
}
"""
pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def fuzz(*arguments: object) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "fuzzer", *map(str, arguments)],
        cwd=PROGRAMS,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


def make_task(folder: Path, *, bound: int, limit: int) -> tuple[Path, Path]:
    task, work = folder / "task", folder / "fuzz"
    task.mkdir(parents=True)
    work.mkdir()
    source = SOURCE.replace("BOUND", str(bound)).replace("LIMIT", str(limit))
    (task / "program.c").write_text(source)
    (task / "sample.bin").write_bytes(b"K\x01\x02")
    shutil.copy(PROGRAMS / "forkserver.c", work)
    return task, work


def add_build_script(task: Path) -> None:
    (task / "build.sh").write_text("#!/bin/sh\ngcc ${CFLAGS:--O1} -o program program.c\n")


def test_it_finds_a_shallow_overflow_and_the_rerun_agrees(tmp_path: Path) -> None:
    said, inputs = [], []
    for number in range(2):
        task, work = make_task(tmp_path / str(number), bound=16, limit=40)
        add_build_script(task)
        output = tmp_path / str(number) / "submission" / "input.bin"
        said.append(fuzz("build", task, work) + fuzz("run", task, work, 3, 0, 2000, output))
        inputs.append(output.read_bytes())
    assert "target sanitized build reads file\n" in said[0]
    assert "crash found" in said[0]
    assert inputs[0][:1] == b"K"
    assert (said[0], inputs[0]) == (said[1], inputs[1])


def test_it_finds_nothing_in_a_sound_program(tmp_path: Path) -> None:
    task, work = make_task(tmp_path, bound=64, limit=40)
    add_build_script(task)
    fuzz("build", task, work)
    said = fuzz("run", task, work, 0, 0, 300, tmp_path / "out")
    assert said == "executions 300 no crash\n"
    assert not (tmp_path / "out").exists()


def test_slices_do_the_same_as_one_run(tmp_path: Path) -> None:
    corpora = []
    for name, slices in (("whole", [(0, 400)]), ("cut", [(0, 150), (150, 250)])):
        task, work = make_task(tmp_path / name, bound=64, limit=40)
        add_build_script(task)
        fuzz("build", task, work)
        for first, count in slices:
            fuzz("run", task, work, 1, first, count, tmp_path / "out")
        corpora.append([path.read_bytes() for path in sorted((work / "corpus").iterdir())])
    assert corpora[0] == corpora[1]


def test_a_binary_without_source_is_run_as_it_is(tmp_path: Path) -> None:
    task, work = make_task(tmp_path, bound=16, limit=40)
    source = task / "program.c"
    source.write_text(source.read_text().replace("table[buffer[1]]", "table[buffer[1] << 24]"))
    subprocess.run(["gcc", "-O1", "-s", "-o", task / "program", source], check=True)
    source.unlink()
    assert fuzz("build", task, work) == "target binary reads file\n"
    assert "crash found" in fuzz("run", task, work, 0, 0, 2000, tmp_path / "out")
    assert (tmp_path / "out").read_bytes()[:1] == b"K"


BEHIND_A_CONDITION = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    unsigned char data[256];
    FILE *file = fopen(argv[argc - 1], "rb");
    size_t size = fread(data, 1, sizeof data, file);
    unsigned mode = 0;
    if (size < 4 || data[0] + data[1] * 256u != size - 2) return 1;
    for (size_t at = 2; at + 3 <= size; at += 3) {
        unsigned value = data[at + 1] | data[at + 2] << 8;
        if (data[at] == 7) mode = value;
        if (data[at] == 9 && mode == 45972) {
            char *block = malloc(4);
            block[value & 7] = 1;
            printf("%d", block[0]);
            free(block);
        }
    }
    return 0;
}
"""


def test_it_answers_a_comparison_and_keeps_the_length_true(tmp_path: Path) -> None:
    """The sample sets another value, and after what it opens; its length field must hold."""
    task, work = make_task(tmp_path, bound=64, limit=40)
    (task / "program.c").write_text(BEHIND_A_CONDITION)
    (task / "sample.bin").write_bytes(b"\x09\0" + b"\x09\x01\0" * 2 + b"\x07gj")
    add_build_script(task)
    fuzz("build", task, work)
    assert "crash found" in fuzz("run", task, work, 0, 0, 2000, tmp_path / "out")
    found = (tmp_path / "out").read_bytes()
    assert int.from_bytes(found[:2], "little") == len(found) - 2
    assert (45972).to_bytes(2, "little") in found


HANGS = """
#include <stdio.h>
int main(int argc, char **argv) {
    FILE *file = fopen(argv[argc - 1], "rb");
    while (fgetc(file) != 'K');
    return 0;
}
"""


def test_a_hanging_input_is_no_crash_and_too_many_end_the_run(tmp_path: Path) -> None:
    task, work = make_task(tmp_path, bound=64, limit=40)
    (task / "program.c").write_text(HANGS)
    add_build_script(task)
    fuzz("build", task, work)
    impatient = (
        "import sys; from seatrial.models.programs.fuzzer import __main__ as fuzzer; "
        "fuzzer.MAX_HANGS = 0; fuzzer.main(*sys.argv[1:])"
    )
    arguments = ("run", task, work, 0, 0, 50, tmp_path / "out")
    said = subprocess.run(
        [sys.executable, "-c", impatient, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.endswith("too many hangs\n")
    assert not (tmp_path / "out").exists()


def test_without_a_program_it_says_so(tmp_path: Path) -> None:
    task, work = make_task(tmp_path, bound=64, limit=40)
    assert fuzz("build", task, work) == "no program to test\n"
