"""`seatrial trial`: run, resume, list and show trials."""

import asyncio
import getpass
import os
from dataclasses import replace
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from inspect_ai.model import Model
from rich.console import Console
from rich.table import Table

from seatrial import __version__
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.chance import draw_nonce
from seatrial.adapters.inspect_runner.endpoint import REFERENCE, address_of
from seatrial.adapters.keys import (
    FileSigner,
    default_key_path,
    load_or_make_signer,
    load_same_signer,
    trust_key,
)
from seatrial.adapters.plan_resolution import check_pins, resolve_plan
from seatrial.adapters.policy_files import PolicyFiles
from seatrial.adapters.trial.host import LocalTrialHost
from seatrial.adapters.trial.reference_models import check_reference
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.adapters.trial.trying import open_trial_model
from seatrial.adapters.trial_directory import WORK, TrialDirectory
from seatrial.core.canonical import Digest
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError, ProblemError
from seatrial.core.record import from_json, to_json
from seatrial.faces.cli.human import human
from seatrial.faces.cli.trial_display import TrialDisplay
from seatrial.faces.cli.trial_setting import (
    finite,
    open_own_plan,
    policy_files,
    read_numbers,
    read_pairs,
    read_plan_file,
    read_price,
    read_seed_sets,
    with_controls,
)
from seatrial.faces.cli.trial_summary import print_summary
from seatrial.formats.report_json import read_report_json
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import PLAN_FILE, REPORT_JSON_FILE, SCOPE_FILE, THRESHOLDS_FILE
from seatrial.review.plan import Plan, PlanDraft, plan_digest
from seatrial.review.shown import shown
from seatrial.review.steps import run_trial
from seatrial.review.trial import Safeguards
from seatrial.wiring import testbed as wiring


class Runtime(StrEnum):
    """The OCI runtimes that the testbed drives."""

    CRUN = "crun"
    RUNC = "runc"
    RUNSC = "runsc"


trial_app = typer.Typer(help="Trials: run, resume, list, show.", no_args_is_help=True)

trial_app.command()(human)

_MOST_SHOWN = 200
"""Characters of a cell of a table."""

TRIALS = Path("trials")
"""Where trials go without --out, in the working folder."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The trial's folder.")]


@trial_app.command()
def run(
    *,
    plan: Annotated[Path, typer.Option(help="A draft (TOML) or a signed plan (.json).")],
    model: Annotated[
        str,
        typer.Option(help="An Inspect model name, or reference/NAME for a reference model."),
    ],
    out: Annotated[Path | None, typer.Option(help="The trial's folder; new or empty.")] = None,
    controls: Annotated[
        bool, typer.Option("--controls/--no-controls", help="Run the plan's controls as well.")
    ] = False,
    base_url: Annotated[str | None, typer.Option(help="The endpoint, when it is yours.")] = None,
    model_arg: Annotated[
        list[str] | None, typer.Option("-M", metavar="NAME=VALUE", help="As Inspect's -M.")
    ] = None,
    generation: Annotated[
        list[str] | None,
        typer.Option("--generation", metavar="NAME=NUMBER", help="temperature, top_p, max_tokens."),
    ] = None,
    price: Annotated[
        str | None, typer.Option(metavar="IN/OUT", help="USD per million tokens.")
    ] = None,
    cap: Annotated[float | None, typer.Option(min=0, help="USD; replaces the plan's cap.")] = None,
    safeguards: Annotated[Safeguards, typer.Option(help="As the developer declares.")] = (
        Safeguards.UNKNOWN
    ),
    monitor: Annotated[
        bool, typer.Option("--monitor/--no-monitor", help="Check each action's scope first.")
    ] = True,
    checkpoint: Annotated[str | None, typer.Option(help="Digest of the checkpoint.")] = None,
    operator: Annotated[str | None, typer.Option(help="Who runs it, for the report.")] = None,
    anchor: Annotated[
        str | None, typer.Option(help="Where the plan's digest was published beforehand.")
    ] = None,
    secret_seeds: Annotated[
        list[Path] | None, typer.Option(help="Seed file that opens a commitment of the plan.")
    ] = None,
    signing_key: Annotated[Path | None, typer.Option(help="Ed25519 key, PEM.")] = None,
    trust_own_key: Annotated[
        bool, typer.Option("--trust-own-key", help="Let `seatrial verify` here trust this key.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Samples at once.")] = None,
    runtime: Annotated[Runtime, typer.Option(help="What runs the sandboxes.")] = Runtime.CRUN,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse to run where a limit can't be had.")
    ] = False,
    call_seconds: Annotated[int, typer.Option(min=1, help="Limit of one model call.")] = 300,
    call_retries: Annotated[int, typer.Option(min=0, help="Further tries of a call.")] = 3,
) -> None:
    """Try a model: plan signed, sandbox probed, tasks proven, samples run, report signed."""
    draft, signed = read_plan_file(plan)
    if signed is None:
        draft = with_controls(draft, controls=controls)
    elif controls:
        raise BadInputError(
            "--controls cannot be given with a signed plan.", "The plan says which controls run."
        )
    for name in draft.controls:
        check_reference(name)
    if model.startswith(REFERENCE):
        check_reference(model.removeprefix(REFERENCE))
    prices = read_price(price, model, draft.spending.usd if cap is None else cap)
    key = signing_key or default_key_path()
    signer, made = load_or_make_signer(key)
    console = Console()
    if made:
        console.print(f"Made a signing key: {key}", highlight=False)
    if trust_own_key:
        console.print(
            f"This key is now trusted by `seatrial verify` of this user: {trust_key(signer)}",
            highlight=False,
        )
    started = wiring.clock().now().astimezone(UTC)
    setting = TrialSetting(
        trial=f"trial-{draw_nonce().hex()[:16]}",
        started=started.isoformat(timespec="seconds"),
        model=model,
        operator=operator or getpass.getuser(),
        jobs=jobs or os.cpu_count() or 1,
        signing_key=str(key.resolve()),
        safeguards=safeguards,
        monitor=monitor,
        base_url=address_of(model, base_url),
        checkpoint=None if checkpoint is None else Digest(checkpoint),
        price_input=prices[0],
        price_output=prices[1],
        cap_usd=None if cap is None else finite("--cap", cap),
        runtime=runtime,
        strict=strict,
        anchor=anchor,
        call_seconds=call_seconds,
        call_retries=call_retries,
        secret_seeds=tuple(str(path.resolve()) for path in secret_seeds or ()),
        model_args=read_pairs("-M", model_arg or ()),
        generation=read_numbers("--generation", generation or ()),
    )
    opened = open_trial_model(setting)
    folder = out or TRIALS / f"{started:%Y%m%dT%H%M%S}-{setting.trial[-6:]}"
    directory = TrialDirectory.create(folder)
    with directory.locked():
        directory.begin(to_json(setting))
        _conduct(
            directory,
            setting=setting,
            signer=signer,
            model=opened,
            draft=draft,
            signed=signed,
            policies=policy_files(plan),
            console=console,
        )


@trial_app.command()
def resume(
    folder: Folder,
    *,
    cap: Annotated[float | None, typer.Option(min=0, help="USD; replaces the trial's cap.")] = None,
) -> None:
    """Go on with a trial that was interrupted; finished samples stay as they are."""
    directory = TrialDirectory.open(folder)
    setting = from_json(TrialSetting, directory.read_setting(), place=str(directory.setting_file))
    signed = BundleFolder(folder).read_if_there(PLAN_FILE)
    if signed is None:
        raise BadInputError(
            f"{folder} was interrupted before its plan was signed: nothing was run.",
            "Start it anew with seatrial trial run.",
        )
    _, opened = open_plan(signed, {}, place=PLAN_FILE)
    signer = load_same_signer(Path(setting.signing_key), opened.keyids)
    plan = open_own_plan(signed, signer, place=str(folder / PLAN_FILE))
    with directory.locked():
        if cap is not None:
            setting = replace(setting, cap_usd=finite("--cap", cap))
            directory.write_setting(to_json(setting))
        _conduct(
            directory,
            setting=setting,
            signer=signer,
            model=open_trial_model(setting),
            draft=plan.draft,
            signed=plan,
            policies=None,
            console=Console(),
        )


@trial_app.command("list")
def list_trials(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of trials.")] = TRIALS,
) -> None:
    """List the trials in a folder."""
    table = Table(title=f"Trials in {folder}", title_justify="left")
    for column in ("folder", "model", "plan", "started", "state"):
        table.add_column(column, overflow="fold")
    for path in sorted(folder.iterdir() if folder.is_dir() else ()):
        row = _row(path) if path.is_dir() else None
        if row is not None:
            table.add_row(path.name, *(shown(cell, _MOST_SHOWN) for cell in row))
    # Names come from files; they are not markup.
    Console(markup=False).print(table)


@trial_app.command()
def show(folder: Folder) -> None:
    """Print the summary of a finished trial."""
    TrialDirectory.open(folder)
    content = BundleFolder(folder).read_if_there(REPORT_JSON_FILE)
    if content is None:
        raise BadInputError(
            f"{folder} has no report yet.", f"Go on with it: seatrial trial resume {folder}"
        )
    report = read_report_json(content, place=REPORT_JSON_FILE)
    print_summary(Console(markup=False), report, folder)


def _row(path: Path) -> tuple[str, ...] | None:
    """Describe a trial: model, plan, start, state; None for a folder that holds none."""
    folder, name = BundleFolder(path), f"{WORK}/setting.json"
    setting, plan = None, ""
    try:
        content = folder.read_if_there(name)
        if content is None:
            return None
        setting = from_json(TrialSetting, parse_json(content, place=name), place=name)
        signed = folder.read_if_there(PLAN_FILE)
        if signed is None:
            return setting.model, "", setting.started, "interrupted before the plan was signed"
        plan = open_plan(signed, {}, place=PLAN_FILE)[0].draft.name
        finished = TrialDirectory(path).finished()
        state = f"{finished} sample{'' if finished == 1 else 's'} finished"
        if folder.read_if_there(REPORT_JSON_FILE) is not None:
            state += ", report signed"
    except ProblemError as problem:
        state = problem.what
    if setting is None:
        return "", "", "", state
    return setting.model, plan, setting.started, state


def _conduct(
    directory: TrialDirectory,
    *,
    setting: TrialSetting,
    signer: FileSigner,
    model: Model | None,
    draft: PlanDraft,
    signed: Plan | None,
    policies: PolicyFiles | None,
    console: Console,
) -> None:
    kept = {draft.scope.file: SCOPE_FILE, draft.thresholds.file: THRESHOLDS_FILE}
    read = policies.read if policies else lambda name: directory.read(kept[name])
    seeds = read_seed_sets(map(Path, setting.secret_seeds))
    with (
        TrialDisplay(console) as display,
        wiring.journaled_testbed(
            directory.journal, runtime=setting.runtime, strict=setting.strict
        ) as testbed,
    ):
        resolution = resolve_plan(
            draft,
            wiring.surroundings(read, seeds),
            progress=lambda done, total: display.step("generating tasks", done, total),
        )
        check_pins(resolution.plan)
        planned = signed or resolution.plan
        directory.hold_plan(plan_digest(planned))
        host = LocalTrialHost(
            directory=directory,
            setting=setting,
            signer=signer,
            testbed=testbed,
            proving=wiring.open_testbed(),
            resolution=resolution,
            policies={name: read(file) for file, name in kept.items()},
            proofs=wiring.proof_store(),
            watcher=display,
            clock=wiring.clock(),
            software=wiring.software_versions(),
            model=model,
        )
        try:
            report = asyncio.run(run_trial(planned, host, software=__version__))
        except KeyboardInterrupt:
            console.print(
                f"Go on with: seatrial trial resume {directory.path}",
                highlight=False,
                soft_wrap=True,
            )
            raise
    print_summary(console, report, directory.path)
