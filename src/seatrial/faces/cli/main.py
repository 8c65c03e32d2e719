"""The `seatrial` command: one sub-command per noun."""

import errno
import signal
import sys
from collections.abc import Mapping
from typing import ClassVar

import typer
from rich.console import Console

from seatrial import __version__
from seatrial.core.problem import ProblemError, UnavailableError
from seatrial.faces.cli.lazy_group import LazyGroup

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
"""What a full or read-only disk says, wherever it is written to."""

_HERE = "seatrial.faces.cli"


class _Commands(LazyGroup):
    commands_at: ClassVar[Mapping[str, tuple[str, str]]] = {
        "doctor": (f"{_HERE}.doctor:doctor", "Say what this machine can and can't do."),
        "trial": (f"{_HERE}.trial:trial_app", "Trials: run, resume, list, show."),
        "plan": (f"{_HERE}.plan:plan_app", "Plans: sign one before the trial."),
        "verify": (f"{_HERE}.verify:verify", "Check an evidence bundle, offline."),
        "certificate": (f"{_HERE}.certificate:certificate_app", "Certificates: check one."),
        "ledger": (f"{_HERE}.ledger:ledger_app", "The ledger: verify, prove, anchor."),
        "task": (f"{_HERE}.task:task_app", "Tasks: list, prove, show, grade; commit to seeds."),
        "image": (f"{_HERE}.image:image_app", "Images: build, list, show, import, export."),
        "testbed": (f"{_HERE}.testbed:testbed_app", "The testbed: build it, clean it."),
        "models": (f"{_HERE}.models:models_app", "Reference models: serve and list them."),
        "submission": (f"{_HERE}.submission:submission_app", "Submissions at a server."),
        "rescan": (f"{_HERE}.rescan:rescan_app", "Rescans of old evidence with a detector."),
        "portal": (f"{_HERE}.portal:portal_app", "The portal: set it up."),
        "backup": (f"{_HERE}.backup:backup", "Copy everything the portal keeps."),
        "restore": (f"{_HERE}.backup:restore", "Put a backup back, and check its ledger."),
        "worker": (f"{_HERE}.worker:worker", "Timers, notifications and trials of a portal."),
        "host": (f"{_HERE}.host:host", "Run a portal's trials on a machine without its keys."),
        "serve": (f"{_HERE}.serve:serve", "The portal: pages, API, worker on this machine."),
    }


app = typer.Typer(
    name="seatrial",
    cls=_Commands,
    help="Review frontier AI models before release: contained trials, signed evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def about() -> None:
    """Review frontier AI models before release: contained trials, signed evidence."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"seatrial {__version__}")


def main() -> None:
    """Run the command line; the only place that turns a problem into an exit status."""
    console = Console(stderr=True)
    # A shell's background job is born deaf to it, and would not hear SIGTERM below either.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Ended like Ctrl-C: sandboxes are taken down, and the message says how to go on.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        app()
    except ProblemError as problem:
        name = type(problem).__name__.removesuffix("Error")
        console.print(f"[bold red]{name}:[/] ", end="")
        console.print(problem.what, markup=False, highlight=False, soft_wrap=True)
        console.print(problem.remedy, markup=False, highlight=False, soft_wrap=True)
        sys.exit(problem.exit_code)
    except OSError as problem:
        if problem.errno not in _DISK:
            raise
        console.print(f"[bold red]Unavailable:[/] {problem.strerror}: ", end="")
        console.print(problem.filename or "a file", markup=False, highlight=False, soft_wrap=True)
        console.print(
            "Make room or choose another folder; a trial goes on with: seatrial trial resume DIR",
            soft_wrap=True,
        )
        sys.exit(UnavailableError.exit_code)
    except SystemExit as end:
        # Typer turns Ctrl-C into this status and says nothing.
        if end.code == INTERRUPTED:
            console.print("Interrupted; finished work is kept.")
        raise
