"""`seatrial host`: run a portal's trials on a machine that holds none of its keys and data."""

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from seatrial.core.problem import BadInputError, RefusedError
from seatrial.faces.worker.stop import stop_by_signal

TOKEN = "SEATRIAL_HOST_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the token: an option's value can be read by other users."""

_FORBIDDEN = (
    "SEATRIAL_DATABASE",
    "SEATRIAL_WORK_DATABASE",
    "SEATRIAL_OPERATOR_KEY",
    "SEATRIAL_KEY",
)
"""Variables that lead to what this machine must not have."""

_Server = Annotated[
    str, typer.Option(envvar="SEATRIAL_SERVER", help="Address, such as https://review.example.org.")
]
_TokenFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help=f"File with the token, else {TOKEN}."),
]
_Folder = Annotated[Path, typer.Option(help="Folder of running trials, emptied as each ends.")]
_Name = Annotated[str, typer.Option(help="Of this host, its own; else the machine's.")]
_Jobs = Annotated[int, typer.Option(min=1, help="Samples at once.")]
_Look = Annotated[float, typer.Option(min=0.1, help="Seconds between two looks for orders.")]


def host(
    *,
    server: _Server = "http://localhost:8000",
    token_file: _TokenFile = None,
    folder: _Folder = Path("seatrial-host"),
    name: _Name = "",
    jobs: _Jobs = 1,
    look: _Look = 5.0,
) -> None:
    """Run ordered trials until Ctrl-C. What is unfinished then, the next start takes up."""
    stop = stop_by_signal()
    named = [one for one in _FORBIDDEN if os.environ.get(one)]
    if named:
        raise RefusedError(
            f"The environment sets {', '.join(named)}: a trials' host must not have it.",
            "Unset it; a machine with the portal's data runs `seatrial worker`.",
        )
    token = token_file.read_text() if token_file else os.environ.pop(TOKEN, "")
    if not token.strip():
        raise BadInputError(
            "There is no token.",
            "Make one in the portal for taking ordered trials (your account, API tokens); put it"
            f" in {TOKEN} or a file.",
        )
    # Only now: a signal that falls into a slow import may be lost.
    from seatrial.faces.host.hosting import HostOptions, run_host  # noqa: PLC0415 - see above

    run_host(
        HostOptions(
            server=server,
            token=token.strip(),
            folder=folder.absolute(),
            name=name or socket.gethostname(),
            jobs=jobs,
            look_seconds=look,
        ),
        stop,
        typer.echo,
    )
