"""`seatrial task`: list, prove, show and grade tasks; commit to seeds."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from seatrial.adapters.chance import draw_nonce, draw_secrets, draw_seeds
from seatrial.core.problem import BadInputError
from seatrial.faces.cli.task_files import (
    built_files,
    claim_folder,
    read_given,
    read_secrets,
    write_task,
)
from seatrial.faces.cli.task_progress import quarantine_lines, summary, watch
from seatrial.review.seed_list import parse_seeds
from seatrial.tasks.commitment import (
    SeedSet,
    commit_seeds,
    open_commitment,
    read_seed_file,
    write_seed_file,
)
from seatrial.tasks.dials import parse_dials
from seatrial.tasks.family import DialValue, Family, Instance, SampleSecrets, Submission, TaskFile
from seatrial.tasks.proof import ProofStore
from seatrial.tasks.quarantine import sort_out
from seatrial.tasks.registry import find_family
from seatrial.tasks.verification import verify_seeds
from seatrial.wiring import testbed as wiring

task_app = typer.Typer(
    help="Task families: list, prove, show and grade their tasks; commit to seeds.",
    no_args_is_help=True,
)

_SEED_DIGITS = 39  # of 2**128 - 1
_BELOW_SHARE = 1  # exit status when fewer instances are proven than asked for

FamilyName = Annotated[str, typer.Argument(metavar="FAMILY", help="Name, as `task list` has it.")]
Seed = Annotated[str, typer.Option("--seed", metavar="N", help="Seed, 0 .. 2**128 - 1.")]
DialSettings = Annotated[
    list[str] | None,
    typer.Option("--dial", metavar="NAME=VALUE", help="A difficulty dial; may be repeated."),
]


@task_app.command("list")
def list_families() -> None:
    """List the task families and their dials."""
    table = Table(title="Task families", title_justify="left", show_lines=True)
    for column in ("family", "what it measures", "dials"):
        table.add_column(column, overflow="fold")
    for name, family in wiring.task_families().items():
        dials = [
            f"{dial.name}: {', '.join(map(_spelled, dial.values))}"
            f" (default {_spelled(dial.default)})"
            for dial in family.card.dials
        ]
        table.add_row(name, family.card.title, "\n".join(dials))
    Console().print(table)


@task_app.command()
def verify(
    family: FamilyName,
    *,
    seeds: Annotated[
        str | None, typer.Option(metavar="SEEDS", help="For example 0..999 or 0..9,42.")
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Secret seeds, in place of --seeds.")
    ] = None,
    dial: DialSettings = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Proofs at once; default: the processors.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep proofs here (JSON lines) and reuse those in it."),
    ] = None,
    share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Least share of proven instances.")
    ] = 0.95,
) -> None:
    """Prove instances: the reference passes, nulls fail, the instance is sound (R9).

    What fails is quarantined with its reason. Interrupt it at any time; with --out the next
    run goes on where this one stopped. Exits 1 when fewer than --share are proven.
    """
    found = find_family(family)
    dials = parse_dials(found.card, dial or ())
    if (seeds is None) == (seed_file is None):
        raise BadInputError("Give either --seeds or --seed-file.", "For example --seeds 0..9.")
    if seed_file is not None:
        wanted = read_seed_file(read_given(seed_file), place=str(seed_file)).seeds
    else:
        wanted = parse_seeds(seeds or "", place="--seeds")
    proofs = verify_seeds(
        found,
        wanted,
        dials,
        testbed=wiring.open_testbed(),
        image_digest=wiring.image_digest(found.card.image),
        draw_secrets=draw_secrets,
        store=ProofStore(out, with_seeds=seed_file is None) if out else None,
        jobs=jobs or os.cpu_count() or 1,
    )
    outcome = sort_out(asyncio.run(watch(proofs, len(wanted), f"Proving {family}")))
    settings = ", ".join(f"{name}={value}" for name, value in dials.items())
    typer.echo(f"{family}, {settings}")
    Console().print(summary(outcome))
    for line in quarantine_lines(outcome, secret=seed_file is not None):
        typer.echo(line)
    if outcome.share < share:
        typer.echo(f"Only {outcome.share:.1%} are proven, fewer than {share:.1%}.", err=True)
        raise typer.Exit(_BELOW_SHARE)


@task_app.command()
def show(
    family: FamilyName,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
    seed: Seed,
    dial: DialSettings = None,
    build: Annotated[bool, typer.Option(help="Build the task's binaries in a sandbox.")] = True,
) -> None:
    """Write what the agent gets to DIR/agent and the truth to DIR/sealed.

    Flag and canary are drawn anew each time; they lie in DIR/sealed/secrets.json, which
    `task grade --secrets` takes.
    """
    found, instance = _instance(family, seed, dial)
    claim_folder(folder)
    secrets = draw_secrets()
    stage = found.stage(instance, secrets)
    built: tuple[TaskFile, ...] = ()
    if build and stage.built:
        built = asyncio.run(built_files(wiring.open_testbed(), stage))
    write_task(folder, found, instance, secrets, built)
    typer.echo(f"{folder / 'agent'}: what the agent gets")
    typer.echo(f"{folder / 'sealed'}: the truth; keep it from the agent")


@task_app.command()
def grade(
    family: FamilyName,
    *,
    seed: Seed,
    submission: Annotated[
        Path, typer.Option(metavar="PATH", help="The file left, or a text file with the answer.")
    ],
    dial: DialSettings = None,
    secrets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="sealed/secrets.json of the sample, for flag tasks."),
    ] = None,
    flag: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The sample's flag, in place of --secrets.")
    ] = None,
) -> None:
    """Grade a submission and print the verdict as JSON.

    A task answered in text protects a flag that is random for each sample and no part of the
    seed: give it with --secrets or --flag. Exits 0 whenever there is a verdict.
    """
    found, instance = _instance(family, seed, dial)
    content = read_given(submission)
    if instance.submission_path is None:
        left = Submission(answer=content.decode(errors="replace"))
    else:
        left = Submission(file=content)
    held = _secrets_for(instance, secrets, flag)
    verdict = asyncio.run(found.grade(instance, held, left, wiring.open_testbed()))
    told = {
        "family": family,
        "seed": str(instance.seed),
        "dials": dict(instance.dials),
        "digest": instance.digest,
        "passed": verdict.passed,
        **asdict(verdict),
    }
    typer.echo(json.dumps(told, indent=2))


@task_app.command("commit-seeds")
def commit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of secret seeds.")],
    draw: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Draw this many seeds into a new FILE.")
    ] = None,
    check: Annotated[
        str | None, typer.Option(metavar="LINE", help="Say whether LINE commits to FILE's seeds.")
    ] = None,
) -> None:
    """Print the one-line commitment to a set of secret seeds (R11).

    Publish the line; keep FILE. With --check, exits 1 when the line is of other seeds.
    """
    if draw is not None:
        held = SeedSet(seeds=draw_seeds(draw), nonce=draw_nonce())
        _write_new(file, write_seed_file(held))
    else:
        held = read_seed_file(read_given(file), place=str(file))
    if check is None:
        typer.echo(commit_seeds(held.seeds, held.nonce))
    elif open_commitment(check, held.seeds, held.nonce):
        typer.echo("The line commits to these seeds.")
    else:
        typer.echo("The line commits to other seeds.", err=True)
        raise typer.Exit(1)


def _instance(name: str, seed: str, dial: list[str] | None) -> tuple[Family, Instance]:
    family = find_family(name)
    dials = parse_dials(family.card, dial or ())
    digits = seed.isascii() and seed.isdecimal() and len(seed) <= _SEED_DIGITS
    if not digits or int(seed) >= 2**128:
        shown = seed[: _SEED_DIGITS + 1]
        raise BadInputError(f"--seed {shown!r} is no seed.", "Give a number, 0 .. 2**128 - 1.")
    return family, family.generate(int(seed), dials)


def _secrets_for(instance: Instance, path: Path | None, flag: str | None) -> SampleSecrets:
    if path is not None and flag is not None:
        raise BadInputError("Both --secrets and --flag are given.", "Give one of them.")
    if path is not None:
        return read_secrets(path)
    if flag:
        return SampleSecrets(canary="", flag=flag)
    if instance.submission_path is None:
        raise BadInputError(
            f"A task of {instance.family} is answered with its flag, which is random for each "
            "sample.",
            "Give --secrets DIR/sealed/secrets.json as `seatrial task show` wrote it, or --flag.",
        )
    return draw_secrets()


def _spelled(value: DialValue) -> str:
    return str(value).lower()


def _write_new(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be written: {error.strerror}.",
            "Name a new file; secret seeds are never overwritten.",
        ) from error
