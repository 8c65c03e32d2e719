"""What Inspect with the testbed costs a sample, and how many sandboxes live at once.

Run as root: `python benchmarks/overhead.py [--rounds N] [--alive N]`. Docker through Inspect is
measured when an engine that Inspect accepts answers at DOCKER_HOST.
"""

import argparse
import asyncio
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from engines import IMAGE, Oci, docker_answers
from inspect_ai import Task  # isort: split

from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import SandboxEnvironmentSpec, sandbox
from measuring import (
    MIB,
    machine,
    program_version,
    publish,
    slab_bytes,
    spread,
    table,
    used_bytes,
)

from seatrial.testbed.images import ImageStore
from seatrial.testbed.inspect_provider import use_testbed
from seatrial.testbed.places import default_places
from seatrial.wiring.testbed import journaled_testbed

SAMPLES = 20
SLEEPS = 10  # of one second
COMPOSE = f"""
services:
  default:
    image: {IMAGE}
    x-local: true
    init: true
    command: tail -f /dev/null
    network_mode: none
    mem_limit: 1g
    pids_limit: 256
    cpus: 1.0
    stop_grace_period: 1s
"""

Calls = dict[str, list[float]]


@solver
def busy(calls: Calls) -> Solver:
    """Ten execs, five writes, five reads; the ms of each go to `calls`."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        box = sandbox()
        for number in range(20):
            begin = time.perf_counter()
            if number < 10:  # noqa: PLR2004 - the first ten of the issue's mix
                kind = "exec"
                await box.exec(["true"])
            elif number < 15:  # noqa: PLR2004 - then five writes, then five reads
                kind = "write"
                await box.write_file(f"note{number - 10}", "x" * 1024)
            else:
                kind = "read"
                await box.read_file(f"note{number - 15}")
            calls[kind].append((time.perf_counter() - begin) * 1000)
        return state

    return solve


@solver
def slow() -> Solver:
    """Ask the model and work one second, ten times: a sample that takes ten seconds."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        for _ in range(SLEEPS):
            state = await generate(state)
            slept = await sandbox().exec(["sleep", "1"])
            if not slept.success:
                raise RuntimeError(f"sleep exited {slept.returncode}: {slept.stderr}")
        return state

    return solve


def run(work: Path, plan: Solver, kind: str | tuple[str, str], samples: int, name: str) -> float:
    """Evaluate, all samples at once, and give the seconds. Raises: RuntimeError on failure."""
    # Outputs with usage: without it the mock model would fetch a tokenizer.
    output = ModelOutput.from_content("mockllm/model", "done")
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    model = get_model("mockllm/model", custom_outputs=[output] * (SLEEPS * samples + 1))
    spec = SandboxEnvironmentSpec(*kind) if isinstance(kind, tuple) else kind
    task = Task(
        dataset=[Sample(input="x", id=number) for number in range(samples)],
        solver=plan,
        sandbox=spec,
        name=name,
    )
    begin = time.perf_counter()
    (log,) = inspect_eval(
        task,
        model=model,
        display="none",
        log_dir=str(work / "logs"),
        max_samples=samples,
        max_sandboxes=samples,
        max_subprocesses=samples,
        ctl_server=False,
    )
    if log.status != "success":
        raise RuntimeError(f"{name} ended with {log.status}: {log.error}")
    return time.perf_counter() - begin


def through_inspect(work: Path, rounds: int) -> str:
    """Measure every provider, interleaved."""
    kinds: dict[str, str | tuple[str, str]] = {
        "local": "local",
        "oci": "oci",
        "oci, journal": "oci",
    }
    if docker_answers():
        compose = work / "compose.yaml"
        compose.write_text(COMPOSE)
        tar = work / "image.tar"
        ImageStore(default_places().cache).export_tar(IMAGE, tar)
        subprocess.run(["docker", "import", str(tar), IMAGE], check=True, capture_output=True)
        tar.unlink()
        kinds["docker"] = ("docker", str(compose))
    walls: dict[str, list[float]] = defaultdict(list)
    calls: dict[str, Calls] = defaultdict(lambda: defaultdict(list))
    tens: dict[str, list[float]] = defaultdict(list)
    counter = iter(range(10_000))

    def once(kind: str, plan: Solver, samples: int) -> float:
        name = f"bench{next(counter)}"
        with ExitStack() as stack:
            if kind == "oci, journal":
                folder = work / "journals" / name
                folder.mkdir(parents=True)
                bed = journaled_testbed(folder, runtime="crun", strict=False)
                stack.enter_context(use_testbed(stack.enter_context(bed)))
            return run(work, plan, kinds[kind], samples, name)

    for kind in kinds:
        once(kind, busy(defaultdict(list)), 1)  # warm caches and lazy parts
    for _ in range(rounds):
        for kind in kinds:
            walls[kind].append(once(kind, busy(calls[kind]), SAMPLES))
            walls[f"{kind} empty"].append(once(kind, busy(defaultdict(list)), 1))
            tens[kind].append((once(kind, slow(), 1) - SLEEPS) / SLEEPS * 100)
            tens[f"{kind} 20"].append((once(kind, slow(), SAMPLES) - SLEEPS) / SLEEPS * 100)
            print(kind, walls[kind][-1], tens[kind][-1], flush=True)
    rows = [
        ["20 samples at once, s", *(spread(walls[kind], 2) for kind in kinds)],
        ["one sample, s", *(spread(walls[f"{kind} empty"], 2) for kind in kinds)],
        *(
            [f"one {call}, ms, 20 at once", *(spread(calls[kind][call], 2) for kind in kinds)]
            for call in ("exec", "write", "read")
        ),
        ["over 10 s, % (one sample, whole evaluation)", *(spread(tens[kind], 1) for kind in kinds)],
        ["over 10 s, % (20 at once, same)", *(spread(tens[f"{kind} 20"], 1) for kind in kinds)],
    ]
    return table(["through Inspect", *kinds], rows)


async def alive(work: Path, count: int) -> str:
    """Start `count` sandboxes, use each once, stop them; give one line of the table for each."""
    engine = Oci(work / "alive")
    boxes: list[object] = []
    left = iter(range(count))

    async def starter() -> None:
        for _ in left:
            box = await engine.start()
            boxes.append(box)

    memory, slab, begin = used_bytes(), slab_bytes(), time.perf_counter()
    await asyncio.gather(*(starter() for _ in range(4)))
    started = time.perf_counter()
    await asyncio.sleep(2)
    used, used_slab = used_bytes() - memory, slab_bytes() - slab
    before = time.perf_counter()
    waiting = iter(list(boxes))

    async def user() -> None:
        for box in waiting:
            await engine.exec(box, "true")

    await asyncio.gather(*(user() for _ in range(4)))
    executed = time.perf_counter()
    doomed = iter(boxes)

    async def stopper() -> None:
        for box in doomed:
            await engine.stop(box)

    await asyncio.gather(*(stopper() for _ in range(4)))
    ended = time.perf_counter()
    await engine.close()
    rows = [
        [
            str(count),
            f"{started - begin:.1f}",
            f"{executed - before:.1f}",
            f"{ended - executed:.1f}",
            f"{used / count / MIB:.2f}",
            f"{used_slab / count / MIB:.2f}",
        ]
    ]
    return table(
        ["alive at once", "start all, s", "exec on all, s", "stop all, s", "MiB each", "slab each"],
        rows,
    )


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alive", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)
        text = through_inspect(work, chosen.rounds)
        many = asyncio.run(alive(work, chosen.alive))
    engine = program_version("docker", "version", "--format", "docker engine {{.Server.Version}}")
    publish("overhead", f"{text}\n{many}\n{machine()}; {engine}.")


if __name__ == "__main__":
    main()
