"""Tasks made and proven per minute, for each family.

Run as root: `python benchmarks/tasks.py [--family NAME ...] [--made N] [--proven N]`.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence

from measuring import machine, publish, spread, table

from seatrial.adapters.chance import draw_secrets
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.registry import families, find_family
from seatrial.tasks.verification import verify_seeds
from seatrial.wiring.testbed import image_digest, open_testbed

IMAGE = "workbench"
JOBS = (1, 2, 4)


async def prove_all(name: str, seeds: Sequence[int], jobs: int) -> tuple[float, int]:
    """Prove `seeds`; give proofs per minute and how many were sound."""
    family = find_family(name)
    sound = 0
    begin = time.perf_counter()
    async for proof in verify_seeds(
        family,
        seeds,
        complete_dials(family.card, {}),
        testbed=open_testbed(),
        image_digest=image_digest(IMAGE),
        draw_secrets=draw_secrets,
        jobs=jobs,
    ):
        sound += proof.proven
    return len(seeds) / (time.perf_counter() - begin) * 60, sound


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", action="append", choices=list(families()))
    parser.add_argument("--made", type=int, default=200)
    parser.add_argument("--proven", type=int, default=20)
    chosen = parser.parse_args()
    rows = []
    for name in chosen.family or families():
        family = find_family(name)
        dials = complete_dials(family.card, {})
        family.generate(0, dials)  # templates and cards are read on first use
        made = []
        for seed in range(chosen.made):
            begin = time.perf_counter()
            family.generate(seed, dials)
            made.append((time.perf_counter() - begin) * 1000)
        row = [name, spread(made, 2), f"{60_000 * len(made) / sum(made):.0f}"]
        sound = 0
        for jobs in JOBS:
            rate, sound = asyncio.run(prove_all(name, range(chosen.proven), jobs))
            row.append(f"{rate:.0f}")
        rows.append([*row, f"{sound} of {chosen.proven}"])
        print(row, flush=True)
    headings = ["family", "making one, ms", "made/min"]
    headings += [f"proven/min, {jobs} at once" for jobs in JOBS]
    publish("tasks", f"{table([*headings, 'sound'], rows)}\n{machine()}.")


if __name__ == "__main__":
    main()
