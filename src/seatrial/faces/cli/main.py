"""The `seatrial` command: one sub-command per noun."""

import sys

import typer
from rich.console import Console

from seatrial import __version__
from seatrial.core.problem import ProblemError
from seatrial.faces.cli.doctor import doctor
from seatrial.faces.cli.image import image_app
from seatrial.faces.cli.models import models_app
from seatrial.faces.cli.plan import plan_app
from seatrial.faces.cli.task import task_app
from seatrial.faces.cli.testbed import testbed_app
from seatrial.faces.cli.trial import trial_app
from seatrial.faces.cli.verify import verify

app = typer.Typer(
    name="seatrial",
    help="Review frontier AI models before release: contained trials, signed evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(doctor)
app.command()(verify)
for name, group in (
    ("trial", trial_app),
    ("plan", plan_app),
    ("task", task_app),
    ("image", image_app),
    ("testbed", testbed_app),
    ("models", models_app),
):
    app.add_typer(group, name=name)

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"seatrial {__version__}")


def main() -> None:
    """Run the command line; the only place that turns a problem into an exit status."""
    console = Console(stderr=True)
    try:
        app()
    except ProblemError as problem:
        console.print(f"[bold red]{type(problem).__name__.removesuffix('Error')}:[/] ", end="")
        console.print(problem.what, markup=False, highlight=False)
        console.print(problem.remedy, markup=False, highlight=False)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        console.print("Interrupted; finished work is kept.")
        sys.exit(INTERRUPTED)
