"""`seatrial trial human`: a person takes a task, for baselines and for red-teamers."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seatrial.adapters.chance import draw_secrets
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.trial.human import Ending, sit
from seatrial.core.canonical import canonical_json
from seatrial.core.problem import BadInputError
from seatrial.core.record import to_json
from seatrial.tasks.dials import parse_dials
from seatrial.tasks.family import Instance
from seatrial.tasks.registry import find_family
from seatrial.wiring import testbed as wiring

_HELP = "submit, impossible, or back (to the shell)"


def human(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="As `task list` has it.")],
    *,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The task's seed.")],
    out: Annotated[Path, typer.Option(help="Folder for journal and result; new or empty.")],
    dial: Annotated[
        list[str] | None, typer.Option("--dial", metavar="NAME=VALUE", help="May be repeated.")
    ] = None,
    runtime: Annotated[str, typer.Option(help="crun, runc or runsc.")] = "crun",
) -> None:
    """Sit in the sandbox of a task yourself: same journal, clock and grader as an agent."""
    if out.exists() and any(out.iterdir()):
        raise BadInputError(f"{out} is not empty.", "Choose another folder with --out.")
    out.mkdir(parents=True, exist_ok=True)
    found = find_family(family)
    instance = found.generate(seed, parse_dials(found.card, dial or ()))
    secrets = draw_secrets()
    console = Console()
    prompt = instance.prompt.replace("{canary}", secrets.canary)
    console.print(prompt, markup=False, highlight=False)
    console.print(
        f"\nLeave the shell (exit) to end the task; then: {_HELP}.\n",
        markup=False,
        highlight=False,
    )
    with wiring.journaled_testbed(out / "journal", runtime=runtime, strict=False) as testbed:
        result = asyncio.run(
            sit(found, instance, secrets, testbed, ask=lambda: _ask(console, instance))
        )
    write_durably(
        out / "human.json",
        canonical_json(
            {
                "family": family,
                "dials": dict(instance.dials),
                "task": instance.digest,
                "seconds": round(result.seconds, 3),
                "verdict": to_json(result.verdict),
            }
        ),
    )
    console.print(
        f"{result.verdict.outcome} ({result.verdict.reason}) after {result.seconds:.0f} s: "
        f"{out / 'human.json'}",
        highlight=False,
        soft_wrap=True,
    )


def _ask(console: Console, instance: Instance) -> Ending | None:
    while True:
        try:
            choice = console.input(f"{_HELP}? ").strip()
        except EOFError:
            return Ending(gave_up=True)
        match choice:
            case "back":
                return None
            case "impossible":
                return Ending(gave_up=True)
            case "submit" if instance.submission_path is not None:
                return Ending()
            case "submit":
                return Ending(answer=console.input("answer? ").strip())
            case _:
                console.print(f"{choice!r}? Write {_HELP}.", markup=False)
