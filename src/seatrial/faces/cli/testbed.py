"""`seatrial testbed`: build what sandboxes need, clean what dead harnesses left."""

import time

import typer
from rich.console import Console

from seatrial.core.problem import UnavailableError
from seatrial.faces.cli.image import build as build_image
from seatrial.tasks.registry import families
from seatrial.testbed.clean import clean
from seatrial.testbed.journal.build import build_recorder
from seatrial.testbed.native_build import build_native
from seatrial.testbed.places import default_places

testbed_app = typer.Typer(help="The testbed: build it, clean it.", no_args_is_help=True)


@testbed_app.command()
def build() -> None:
    """Compile the sandbox helpers and build the images the task families need."""
    console = Console()
    places = default_places()
    started = time.perf_counter()
    build_native(places.cache)
    try:
        build_recorder(places.cache)
    except UnavailableError as problem:
        console.print(f"No kernel journal here: {problem.what}", highlight=False)
    for name in sorted({family.card.image for family in families().values()}):
        build_image(name)
    console.print(f"The testbed is ready ({time.perf_counter() - started:.0f} s).")


@testbed_app.command("clean")
def clean_up() -> None:
    """Remove what dead harnesses left: processes, mounts, control groups, folders."""
    report = clean(default_places())
    typer.echo(f"Removed {report.removed} sandboxes of dead harnesses; {report.live} are in use.")
    if report.stuck:
        typer.echo(f"Still there, with a process that will not die: {', '.join(report.stuck)}")
        raise typer.Exit(1)
