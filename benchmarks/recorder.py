"""Compare ways to record program starts and network attempts on a build-like workload.

usage (as root): python benchmarks/recorder.py [ROUNDS]

Methods take turns within each round, so that the machine's moods hit all alike. Prints a
table: median [least-most] over the rounds.
"""

import functools
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from seatrial.testbed.journal.build import build_recorder
from seatrial.testbed.journal.factory import FileJournalFactory
from seatrial.testbed.journal.reading import read_journal
from seatrial.testbed.journal.recorder import Recorder
from seatrial.testbed.places import default_places

HERE = Path(__file__).parent
BASE = 0x5F000000
FILES = 9
SPAWNS, OPENS, SENDS = 300, 20_000, 5_000
STRACE = ("-f", "--seccomp-bpf", "-o", "/dev/null", "-s", "4096", "-e")
STRACE_CALLS = "trace=execve,execveat,socket,connect,bind,sendto,sendmsg,sendmmsg"
AS_AGENT = ("setpriv", "--reuid", str(BASE + 1000), "--regid", str(BASE + 1000), "--clear-groups")

Method = Callable[[], "contextmanager[tuple[str, ...]]"]


def write_project(folder: Path) -> None:
    """Write a C program of FILES files and a script that builds it as make would."""
    lines = ["set -e"]
    for i in range(FILES):
        body = "\n".join(f"int f{i}_{k}(int x) {{ return x * {k} + {i}; }}" for k in range(60))
        (folder / f"f{i}.c").write_text(f"#include <stdio.h>\n#include <stdlib.h>\n{body}\n")
        lines.append(f"gcc -O1 -c f{i}.c -o /tmp/bench-$$-f{i}.o")
    (folder / "main.c").write_text("int main(void) { return 0; }\n")
    lines.append("gcc -O1 main.c /tmp/bench-$$-f*.o -o /tmp/bench-$$-program")
    lines.append("rm -f /tmp/bench-$$-*")
    (folder / "build.sh").write_text("\n".join(lines) + "\n")


@contextmanager
def nothing() -> Iterator[tuple[str, ...]]:
    """No record: the floor."""
    yield ()


@contextmanager
def ebpf(folder: Path, *, follow: bool) -> Iterator[tuple[str, ...]]:
    """Our recorder and journal; with follow=False it runs for others: what all pay."""
    recorder = Recorder(build_recorder(default_places().cache))
    out = Path(tempfile.mkdtemp(dir=folder))
    factory = FileJournalFactory(out, recorder=recorder, now_ns=time.time_ns)
    base = BASE if follow else BASE + (1 << 20)
    journal = factory.open(sandbox="bench", uid_base=base)
    yield ()
    journal.close()
    recorder.stop()
    closed = read_journal(factory.path_of("bench"))[-1].facts
    if closed["kernel"]["process_lost"] or closed["kernel"]["network_lost"]:
        print(f"  lost: {closed['kernel']}")


@contextmanager
def prefix(*words: str) -> Iterator[tuple[str, ...]]:
    """Run the workload under another program."""
    yield words


def run(words: tuple[str, ...], command: tuple[str, ...], cwd: Path) -> str:
    """Run `command` as the agent would."""
    done = subprocess.run(
        (*AS_AGENT, *words, *command), check=True, capture_output=True, text=True, cwd=cwd
    )
    return done.stdout


def measure(words: tuple[str, ...], folder: Path, workload: str) -> dict[str, float]:
    """Run every workload once; milliseconds for the build, microseconds for one of the rest."""
    started = time.monotonic()
    run(words, ("sh", "build.sh"), folder)
    results = {"build ms": (time.monotonic() - started) * 1000}
    for name, count in (("spawn", SPAWNS), ("open", OPENS), ("send", SENDS)):
        results[f"{name} µs"] = float(run(words, (workload, name, str(count)), folder))
    return results


def compile_c(name: str, folder: Path) -> str:
    """Compile one of the C files beside this one."""
    subprocess.run(("gcc", "-O2", "-o", folder / name, HERE / f"{name}.c"), check=True)
    return str(folder / name)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    folder = Path(tempfile.mkdtemp(prefix="bench-recorder-"))
    folder.chmod(0o755)
    write_project(folder)
    workload, notify = (
        compile_c(name, folder) for name in ("recorder_workload", "recorder_notify")
    )
    methods = {
        "nothing": nothing,
        "eBPF recorder and journal": functools.partial(ebpf, folder, follow=True),
        "eBPF recorder, not followed": functools.partial(ebpf, folder, follow=False),
        "seccomp notification": functools.partial(prefix, notify),
        "strace --seccomp-bpf": functools.partial(prefix, "strace", *STRACE, STRACE_CALLS),
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in methods}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}")
        for name, method in methods.items():
            with method() as words:
                found[name].append(measure(words, folder, workload))
    shutil.rmtree(folder)
    columns = list(found["nothing"][0])
    print("\n| method | " + " | ".join(columns) + " |\n|---" * 1 + "|---" * len(columns) + "|")
    for name, results in found.items():
        cells = []
        for column in columns:
            values = [one[column] for one in results]
            cells.append(f"{statistics.median(values):.1f} [{min(values):.1f}-{max(values):.1f}]")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
