"""`seatrial worker`: timers, notifications and trials of a portal, on this host."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seatrial.faces.worker.stop import stop_by_signal


class Sort(StrEnum):
    """Sorts of work."""

    TRIALS = "trials"
    OTHERS = "others"


_DATA = typer.Option(help="The portal's data folder; several hosts share it.")
_ONLY = typer.Option(help="Do this sort of work only: `trials`, or `others` (timers, mails).")
_AT_ONCE = typer.Option(min=1, help="Trials at once on this host.")
_LOOK = typer.Option(min=0.1, help="Seconds between two looks for what is due.")
_DEAD = typer.Option(min=1, help="Seconds without a sign after which a worker counts as dead.")


def worker(
    data: Annotated[Path, _DATA] = Path("seatrial-data"),
    only: Annotated[Sort | None, _ONLY] = None,
    trials_at_once: Annotated[int, _AT_ONCE] = 1,
    look: Annotated[float, _LOOK] = 5.0,
    dead_after: Annotated[float, _DEAD] = 30.0,
) -> None:
    """Work until Ctrl-C. What is unfinished then, another worker or the next start takes up."""
    os.environ["SEATRIAL_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
    # Before anything slow: a signal that falls into an import may be lost otherwise.
    stop = stop_by_signal()
    # Only now: settings are read when they are imported.
    import django  # noqa: PLC0415 - reads the environment set above

    django.setup()
    from seatrial.faces.worker.running import WorkerOptions, run_worker  # noqa: PLC0415 - the same

    run_worker(
        WorkerOptions(
            data=data.absolute(),
            trials=only is not Sort.OTHERS,
            others=only is not Sort.TRIALS,
            trials_at_once=trials_at_once,
            look_seconds=look,
            dead_seconds=dead_after,
        ),
        stop,
        typer.echo,
    )
