"""The program under test: its build, and runs of it behind a fork server."""

import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final

from .comparison import Comparisons
from .mutation import MAX_INPUT

ASAN_EXIT: Final = 86  # a status no plain program uses
ASAN_OPTIONS: Final = (
    f"exitcode={ASAN_EXIT}:detect_leaks=0:symbolize=0:allocator_may_return_null=1:"
    "abort_on_error=0:verify_asan_link_order=0"
)
CONTROL_FD: Final = 198
STATUS_FD: Final = 199
COMPARISONS: Final = 1024  # as in forkserver.c
COMPARISON: Final = struct.Struct("QQ")  # constant and value
MOST_VALUES: Final = 16  # kept for each constant
PROBE_SECONDS: Final = 20  # only for a program that waits


class Server:
    """The program under test behind its fork server."""

    def __init__(self, work: Path) -> None:
        program, mode = (work / "target.txt").read_text().splitlines()
        self.program = Path(program)
        self._input = work / "current"
        self._input.write_bytes(b"")
        self._file = self._input.open("r+b", buffering=0)
        shared = work / "comparisons"
        shared.write_bytes(bytes(COMPARISONS * COMPARISON.size))
        with shared.open("r+b") as file:
            self._comparisons = mmap.mmap(file.fileno(), 0)
        control, self._control = os.pipe()
        self._status, status = os.pipe()
        os.dup2(control, CONTROL_FD)
        os.dup2(status, STATUS_FD)
        environment = dict(os.environ, FUZZ_SERVE=str(shared), ASAN_OPTIONS=ASAN_OPTIONS)
        environment["LD_PRELOAD"] = str(work / "forkserver.so")
        argv = [program] if mode == "stdin" else [program, str(self._input)]
        self._process = subprocess.Popen(  # noqa: S603 - the program under test
            argv,
            stdin=self._input.open("rb"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=work,
            pass_fds=(CONTROL_FD, STATUS_FD),
        )
        for descriptor in (control, status, CONTROL_FD, STATUS_FD):
            os.close(descriptor)

    def run(self, data: bytes) -> tuple[int, bool]:
        """Execute once. Returns: wait status, and whether new edges were seen."""
        self._file.seek(0)
        self._file.truncate(0)
        self._file.write(data)
        os.write(self._control, b"x")
        answer = os.read(self._status, 5)
        if len(answer) != 5:  # noqa: PLR2004 - status of four bytes and the flag
            sys.exit("the fork server ended")
        return int.from_bytes(answer[:4], sys.byteorder), answer[4] == 1

    def compared(self) -> Comparisons:
        """Give the constants of the last run, each with values that it was compared with."""
        found: dict[int, set[int]] = {}
        for constant, value in COMPARISON.iter_unpack(self._comparisons[:]):
            if constant != value:
                found.setdefault(constant, set()).add(value)
        return tuple((each, tuple(sorted(found[each])[-MOST_VALUES:])) for each in sorted(found))

    def stop(self) -> None:
        """End the program."""
        os.close(self._control)
        self._process.wait()


def build(task: Path, work: Path) -> str:
    """Make the fork server and the program under test. Returns: what was taken."""
    compiler = shutil.which("gcc") or shutil.which("cc") or sys.exit("no compiler")
    shim = work / "forkserver.so"
    source = work / "forkserver.c"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", shim, source], check=True)  # noqa: S603 - our own source
    kind, program = "binary", None
    if (task / "build.sh").exists():
        sanitizer = "-g -O1 -fsanitize=address -fno-omit-frame-pointer"
        for flags in (f"{sanitizer} -fsanitize-coverage=trace-pc,trace-cmp {shim}", sanitizer):
            program = _compiled(task, work / "build", flags)
            if program is not None:
                kind = "sanitized build"
                break
    if program is None:
        programs = _executables(task)
        if not programs:
            sys.exit("no program to test")
        program = programs[0]
    probe = work / "probe"
    probe.write_bytes((samples(task) or [b""])[0])
    mode = "file"
    if _fails([program, probe], probe) and not _fails([program], probe):
        mode = "stdin"
    (work / "target.txt").write_text(f"{program}\n{mode}\n")
    return f"target {kind} reads {mode}"


def samples(task: Path) -> list[bytes]:
    """Find valid inputs: files named or placed as samples, else whatever is not source."""
    files = [path for path in sorted(task.rglob("*")) if path.is_file()]
    named = [
        path
        for path in files
        if re.search(r"sample|example|valid|seed", str(path.relative_to(task)))
    ]
    plain = [path for path in files if path.suffix in {".bin", ".dat", ".in", ".input"}]
    chosen = named or plain
    return [
        path.read_bytes()[:MAX_INPUT] for path in chosen if path.suffix not in {".c", ".h", ".sh"}
    ]


def _compiled(task: Path, copy: Path, flags: str) -> Path | None:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(task, copy)
    for old in _executables(copy):
        old.unlink()
    made = subprocess.run(
        ["/bin/sh", "./build.sh"],
        cwd=copy,
        env=dict(os.environ, CFLAGS=flags),
        capture_output=True,
        check=False,
    )
    programs = _executables(copy)
    return programs[0] if made.returncode == 0 and programs else None


def _executables(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        path
        for path in found
        if os.access(path, os.X_OK)
        and path.open("rb").read(4) == b"\x7fELF"
        and ".so" not in path.name
    ]


def _fails(argv: list[Path], sample: Path) -> bool:
    """Tell whether the program dislikes a valid input given that way, or waits for ever."""
    with sample.open("rb") as stream:
        try:
            ended = subprocess.run(  # noqa: S603 - the program under test
                argv, stdin=stream, capture_output=True, check=False, timeout=PROBE_SECONDS
            )
        except subprocess.TimeoutExpired:
            return True
    return ended.returncode != 0
