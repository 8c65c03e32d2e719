"""Probe a sandbox of each kind that a plan's tasks use (R1, R2)."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seatrial.adapters.plan_resolution import PlannedInstance
from seatrial.core.ports import Testbed
from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import Limits, SandboxSpec
from seatrial.review.trial import Probe, ProbeReport
from seatrial.review.watcher import Watcher
from seatrial.tasks.variant import PLACEHOLDERS
from seatrial.testbed.probe.containment import probe_containment
from seatrial.testbed.subordinate_ids import own_ranges

STEP = "probing containment"

_AT_ONCE = 3
"""Sandboxes: the probed one, its neighbour, and one between them."""


async def probe_sandboxes(
    testbed: Testbed,
    instances: Sequence[PlannedInstance],
    *,
    cache: Path,
    mechanism: str,
    own_kernel: bool,
    watcher: Watcher,
) -> ProbeReport:
    """Try every way out of one fresh sandbox of each kind.

    cache: where the probe's program is kept. mechanism: runtime, and started by whom.
    own_kernel: the runtime answers system calls itself; some then reach no kernel of the host.
    Raises: UnavailableError, SandboxGoneError when sandboxes cannot be had.
    """
    _require_ranges()
    kinds = list(dict.fromkeys(_kind(one) for one in instances))
    probes: list[Probe] = []
    for done, spec in enumerate(kinds):
        watcher.step(STEP, done, len(kinds))
        report = await probe_containment(testbed, spec, cache=cache, own_kernel=own_kernel)
        suffix = f" as {spec.user} in {spec.image}"
        probes.extend(
            Probe(name=f"{one.name}{suffix}", reached=one.reached, detail=one.detail)
            for one in report.results
        )
    watcher.step(STEP, len(kinds), len(kinds))
    return ProbeReport(probes=tuple(probes), mechanism=mechanism)


def _require_ranges() -> None:
    """See that an ordinary user has ids for the sandboxes that a probe holds at once."""
    if os.geteuid() != 0 and len(held := own_ranges()) < _AT_ONCE:
        raise UnavailableError(
            f"The containment probe holds {_AT_ONCE} sandboxes at once; this user has "
            f"subordinate ids for {len(held)}.",
            "`seatrial doctor` says how to get more.",
        )


def _kind(one: PlannedInstance) -> SandboxSpec:
    """Give what decides on containment; how much a sandbox may use does not."""
    spec = one.family.stage(one.instance, PLACEHOLDERS).sandbox
    return replace(spec, limits=Limits(), hostname="sandbox")
