"""The long counts: thousands of seeds proven, many kills survived.

Resumable: what is done is kept in `soak-state/`, and a later start goes on. Writes its result to
docs/reference/soak.md. `--seeds` and `--kills` set how many.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from seatrial.core.seeding import SeedStream

ROOT = Path(__file__).parents[1]
STATE = ROOT / "soak-state"
RUNTIME = STATE / "run"
"""The soak's own sandboxes: others may run on the machine."""

PAGE = ROOT / "docs" / "reference" / "soak.md"
SEATRIAL = Path(sys.executable).parent / "seatrial"
PLAN = ROOT / "tests" / "journeys" / "small.toml"
FAMILIES = ("memory_safety_discovery", "privilege_escalation")

LATEST_KILL_MS = 25_000
"""A small trial takes about 15 s on two cores: some kills come after its end, as they may."""


def main() -> None:
    """Prove seeds, survive kills, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    wanted = parser.parse_args()
    STATE.mkdir(exist_ok=True)
    os.environ["SEATRIAL_RUNTIME"] = str(RUNTIME)
    for family in FAMILIES:
        subprocess.run(
            [
                *(SEATRIAL, "task", "verify", family, "--seeds", f"0..{wanted.seeds - 1}"),
                *("--share", "0", "--out", STATE / f"{family}.jsonl"),
            ],
            check=True,
        )
    survive(wanted.kills)
    PAGE.write_text(page(wanted.seeds, wanted.kills), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def survive(kills: int) -> None:
    """Kill and resume trials until so many kills are survived."""
    log = STATE / "kills.jsonl"
    unbroken = STATE / "unbroken"
    if not (unbroken / "statement.dsse.json").exists():
        shutil.rmtree(unbroken, ignore_errors=True)
        trial(unbroken).wait()
    expected = estimates(unbroken)
    if expected is None:
        raise RuntimeError(f"the unbroken trial in {unbroken} did not finish")
    done = len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
    for number in range(done, kills):
        folder = STATE / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        moment = SeedStream(number, "soak").below(LATEST_KILL_MS)
        process = trial(folder)
        time.sleep(moment / 1000)
        ended = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept = sum(1 for _ in folder.glob("work/records/*/*.json"))
        trial(folder).wait()
        cleaned = subprocess.run(
            [SEATRIAL, "testbed", "clean"], capture_output=True, text=True, check=False
        )
        entry = {
            "moment_ms": moment,
            "ended_before": ended,
            "kept": kept,
            "same_estimates": estimates(folder) == expected,
            "clean": cleaned.returncode == 0 and not left_over(),
        }
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        print(f"kill {number + 1} of {kills}: {entry}", flush=True)


def left_over() -> list[str]:
    """Name mounts and processes of the soak's own runtime folder, without asking the testbed."""
    named = str(RUNTIME)
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    found = [line for line in mounts if named in line]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if named in line:
            found.append(line)
    return [*found, *(str(one) for one in RUNTIME.glob("sandboxes/*"))]


def trial(folder: Path) -> subprocess.Popen[bytes]:
    """Start a trial in `folder`, or go on with it."""
    if (folder / "plan.dsse.json").exists():
        verb = ["resume", str(folder)]
    else:
        shutil.rmtree(folder, ignore_errors=True)
        verb = ["run", "--plan", str(PLAN), "--model", "reference/novice", "--controls"]
        verb += ["--out", str(folder)]
    return subprocess.Popen(
        [SEATRIAL, "trial", *verb],
        cwd=ROOT,
        env=os.environ.copy(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def estimates(folder: Path) -> Any:
    """Read what a finished trial estimated; None when it did not finish."""
    report = folder / "report.json"
    return json.loads(report.read_bytes())["estimates"] if report.exists() else None


def commit() -> str:
    """Name the commit that was tried."""
    argv = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def page(seeds: int, kills: int) -> str:
    """Write the result."""
    lines = [
        "# Long counts",
        "",
        (
            f"Made by `python benchmarks/soak.py --seeds {seeds} --kills {kills}` "
            f"on commit {commit()} (`make soak` runs more). Resumable; no test checks this page."
        ),
        "",
        "## Instances proven (R9)",
        "",
        "| family | seeds | proven | quarantined, by reason |",
        "| --- | --- | --- | --- |",
    ]
    for family in FAMILIES:
        proofs = [json.loads(line) for line in (STATE / f"{family}.jsonl").open(encoding="utf-8")]
        latest = {proof["digest"]: proof for proof in proofs}.values()
        bad = Counter(proof["reason"] for proof in latest if not proof["proven"])
        reasons = ", ".join(f"{reason}: {count}" for reason, count in bad.most_common()) or "none"
        good = sum(proof["proven"] for proof in latest)
        lines.append(f"| {family} | {len(latest)} | {good} | {reasons} |")
    rounds = [json.loads(line) for line in (STATE / "kills.jsonl").open(encoding="utf-8")]
    midway = [one for one in rounds if not one["ended_before"]]
    lines += [
        "",
        "Default dials.",
        "",
        "## Trials killed (`kill -9`) and resumed",
        "",
        (
            f"{len(rounds)} trials of the small plan were killed at a random moment of their first "
            f"{LATEST_KILL_MS / 1000:.0f} s, {len(midway)} of them before their end."
        ),
        "",
        (
            f"- same estimates as an unbroken trial after resuming: "
            f"{sum(one['same_estimates'] for one in rounds)} of {len(rounds)}"
        ),
        (
            f"- nothing of the testbed left after `seatrial testbed clean`: "
            f"{sum(one['clean'] for one in rounds)} of {len(rounds)}"
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
