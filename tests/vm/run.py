"""Try the testbed's control groups on virtual machines with cgroup v2, hybrid and v1.

python tests/vm/run.py [v2] [hybrid] [v1] [--job NAME] [--self-check]

Needs root, qemu-system-x86 and mmdebstrap; no KVM. The first run makes two disks. Prints what
each job said; exit code 1 when one failed.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from disks import HERE, make_disks
from machine import NOT_ENDED, Machine

_V1 = "systemd.unified_cgroup_hierarchy=0"
KINDS = {
    "v2": "",
    "hybrid": _V1,
    "v1": f"{_V1} systemd.legacy_systemd_cgroup_controller=1",
}
"""Kinds of control groups by what tells systemd so."""

JOBS = {
    "v2": (
        *("doctor", "limits", "contract", "container"),
        *("ordinary", "ordinary-contract", "undelegated"),
    ),
    "hybrid": ("doctor", "limits", "contract", "undelegated"),
    "v1": ("doctor", "limits", "contract", "undelegated"),
}

LONGEST_S = 1800.0
"""A job takes one to ten minutes on two quiet processors."""


def main() -> int:
    """Boot each kind asked for and do its jobs. Returns: exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=(*KINDS, []), metavar="KIND")
    parser.add_argument("--job", action="append", help="only this one; may be repeated")
    parser.add_argument("--self-check", action="store_true", help="Inspect's 44 checks too: slow")
    wanted = parser.parse_args()
    # So that a machine is switched off and its folder removed then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    disks = make_disks()
    failed: list[str] = []
    for kind in wanted.kinds or KINDS:
        jobs = tuple(wanted.job or ()) or (
            *JOBS[kind],
            *(("self-check",) if wanted.self_check else ()),
        )
        with tempfile.TemporaryDirectory(prefix="seatrial-vm-") as folder:
            machine = Machine(disks, Path(folder) / "out", KINDS[kind])
            try:
                failed += [f"{kind} {job}" for job in failures(machine, kind, jobs)]
            finally:
                machine.close()
    print("failed: " + ", ".join(failed) if failed else "all held")  # noqa: T201 - a script that reports
    return 1 if failed else 0


def failures(machine: Machine, kind: str, jobs: tuple[str, ...]) -> list[str]:
    """Do jobs and print their results. Returns: those that failed or could not be done."""
    failed = []
    for place, job in enumerate(jobs):
        started = time.monotonic()
        status, said = machine.run(job, (HERE / "jobs" / f"{job}.sh").read_text(), LONGEST_S)
        head = f"== {kind} {job}: status {status}, {time.monotonic() - started:.0f} s"
        print(f"{head}\n{said}", flush=True)  # noqa: T201 - a script that reports
        if status == NOT_ENDED:
            return [*failed, *jobs[place:]]  # the machine is not fit for the rest
        if status != 0:
            failed.append(job)
    return failed


if __name__ == "__main__":
    sys.exit(main())
