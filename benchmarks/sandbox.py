"""Sandbox start, exec, stop, memory and samples per minute, side by side.

Run as root: `python benchmarks/sandbox.py [--rounds N]`. Engines that this machine has not are
left out. Docker is measured when an engine answers at DOCKER_HOST.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from engines import Engine, EngineError, engines
from hybrid import leave_hybrid
from measuring import (
    MIB,
    held_bytes,
    machine,
    program_version,
    publish,
    spread,
    table,
)

EXECS = 10  # per sandbox and round
IDLE = {"local": 0, "seatrial": 300, "crun": 300, "podman": 40, "docker": 40}
"""Sandboxes alive at once for the memory figure: enough to stand out from the noise."""
SETTLING_S = 30
SAMPLES = {1: 10, 20: 40, 100: 100}
"""Samples tried at each concurrency."""


async def one_round(engine: Engine, times: dict[str, list[float]]) -> None:
    """Take one sandbox from nothing to nothing. Times in ms."""
    begin = time.perf_counter()
    box = await engine.start()
    started = time.perf_counter()
    await engine.exec(box, "echo", "ready")
    first = time.perf_counter()
    times["start"].append((started - begin) * 1000)
    times["first output"].append((first - begin) * 1000)
    for _ in range(EXECS):
        before = time.perf_counter()
        await engine.exec(box, "true")
        times["exec"].append((time.perf_counter() - before) * 1000)
    before = time.perf_counter()
    await engine.stop(box)
    times["stop"].append((time.perf_counter() - before) * 1000)


async def idle_memory(engine: Engine, count: int) -> float:
    """Give MiB for each of `count` idle sandboxes, of what the kernel cannot take back."""
    before = await settled_bytes()
    boxes = [await engine.start() for _ in range(count)]
    used = await settled_bytes() - before
    for box in boxes:
        await engine.stop(box)
    return used / count / MIB


async def settled_bytes() -> int:
    """Give memory in use once it no longer changes: what was stopped is freed with a delay.

    What the kernel merely remembers of files, also of sandboxes gone, is dropped first.
    """
    before = held_bytes()
    for _ in range(SETTLING_S):
        await asyncio.sleep(1)
        now = held_bytes()
        if abs(now - before) < MIB:
            return now
        before = now
    return before


async def samples_per_minute(engine: Engine, concurrency: int, count: int) -> float:
    """Try samples (start, three execs, stop), so many at once."""
    left = iter(range(count))

    async def worker() -> None:
        for _ in left:
            box = await engine.start()
            for _ in range(3):
                await engine.exec(box, "true")
            await engine.stop(box)

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return count / (time.perf_counter() - begin) * 60


async def measure(found: list[Engine], rounds: int, passes: int) -> str:
    """Run everything, interleaved, and give the section's text."""
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for engine in found:
        await one_round(engine, defaultdict(list))  # warm caches and lazy parts
    for _ in range(rounds):
        for engine in found:
            await one_round(engine, times[engine.name])
    memory: dict[str, list[float]] = defaultdict(list)
    rates: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(passes):
        for engine in found:
            if IDLE[engine.name]:
                memory[engine.name].append(await idle_memory(engine, IDLE[engine.name]))
            for concurrency, count in SAMPLES.items():
                try:
                    rate = await samples_per_minute(engine, concurrency, count)
                except EngineError as error:
                    print(engine.name, concurrency, "failed:", error, flush=True)
                    continue
                rates[engine.name][concurrency].append(rate)
                print(engine.name, concurrency, f"{rate:.0f}/min", flush=True)
    names = [engine.name for engine in found]
    steps = ("start", "first output", "exec", "stop")
    rows = [[step, *(spread(times[name][step]) for name in names)] for step in steps]
    rows.append(
        [
            "MiB per idle sandbox",
            *(spread(memory[name], 2) for name in names),
        ]
    )
    rows += [
        [
            f"samples/min, {concurrency} at once",
            *(spread(rates[name][concurrency], 0) for name in names),
        ]
        for concurrency in SAMPLES
    ]
    return table(["ms, or as said", *names], rows)


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--passes", type=int, default=3)
    chosen = parser.parse_args()
    leave_hybrid()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)

        async def run() -> str:
            found = engines(work)
            try:
                return await measure(found, chosen.rounds, chosen.passes)
            finally:
                for engine in found:
                    await engine.close()

        text = asyncio.run(run())
    versions = ", ".join(
        [
            program_version("crun", "--version"),
            program_version("podman", "--version"),
            program_version("docker", "version", "--format", "docker engine {{.Server.Version}}"),
        ]
    )
    publish("sandbox", f"{text}\n{machine()}; {versions}.")


if __name__ == "__main__":
    main()
