"""`seatrial plan`: look at a plan, sign it before a trial."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.keys import default_key_path, load_or_make_signer
from seatrial.adapters.plan_resolution import check_pins, resolve_plan
from seatrial.core.problem import BadInputError
from seatrial.faces.cli.trial_display import TrialDisplay
from seatrial.faces.cli.trial_setting import (
    policy_files,
    read_plan_file,
    read_seed_sets,
    with_controls,
)
from seatrial.formats.signed_plan import sign_plan
from seatrial.review.forecast import most
from seatrial.review.plan import plan_digest
from seatrial.wiring import testbed as wiring

plan_app = typer.Typer(help="Plans: sign one before the trial.", no_args_is_help=True)


@plan_app.command()
def commit(
    plan: Annotated[Path, typer.Argument(help="A draft in TOML.")],
    *,
    out: Annotated[Path, typer.Option(help="Where the signed plan goes (.json).")],
    controls: Annotated[
        bool, typer.Option("--controls/--no-controls", help="Keep the plan's controls.")
    ] = True,
    secret_seeds: Annotated[
        list[Path] | None, typer.Option(help="Seed file that opens a commitment of the plan.")
    ] = None,
    signing_key: Annotated[Path | None, typer.Option(help="Ed25519 key, PEM.")] = None,
) -> None:
    """Pin every part of a plan by digest and sign it; publish the digest before the trial."""
    if out.suffix != ".json":
        raise BadInputError(f"--out {out} does not end in .json.", "Name a .json file.")
    draft, signed = read_plan_file(plan)
    if signed is not None:
        raise BadInputError(f"{plan} is signed already.", "Give a draft in TOML.")
    console = Console()
    with TrialDisplay(console) as display:
        resolution = resolve_plan(
            with_controls(draft, controls=controls),
            wiring.surroundings(policy_files(plan).read, read_seed_sets(secret_seeds or ())),
            progress=lambda done, total: display.step("generating tasks", done, total),
        )
    check_pins(resolution.plan)
    signer, _ = load_or_make_signer(signing_key or default_key_path())
    write_durably(out, sign_plan(resolution.plan, signer))
    use = most(resolution.plan, usd_per_token=None)
    console.print(
        f"{use.samples:,} samples, {use.own:,} of them the model's own, the rest controls; "
        f"at most {use.calls:,} calls and {use.tokens:,} tokens in all."
    )
    console.print(f"Signed by key {signer.keyid}: {out}", highlight=False, soft_wrap=True)
    console.print(f"plan {plan_digest(resolution.plan)}", highlight=False, soft_wrap=True)
