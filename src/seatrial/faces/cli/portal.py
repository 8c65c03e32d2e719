"""`seatrial portal`: set the portal up."""

import os
from pathlib import Path
from typing import Annotated

import typer

from seatrial.core.problem import RefusedError

portal_app = typer.Typer(help="The portal: set it up.", no_args_is_help=True)

_DATA = typer.Option(help="Folder of everything the portal keeps.")
_POLICY = typer.Option(exists=True, dir_okay=False, help="Policy of the programme, a TOML file.")
_NAME = typer.Option("--name", help="Name of the office that runs the programme.")


@portal_app.command()
def begin(
    name: Annotated[str, _NAME],
    data: Annotated[Path, _DATA] = Path("seatrial-data"),
    policy: Annotated[Path, _POLICY] = Path("policy/programme-example.toml"),
) -> None:
    """Register the office that runs the programme, and print its first administrator's link."""
    os.environ["SEATRIAL_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
    # Only now: settings are read when they are imported.
    from seatrial.faces.web.beginning import begin_programme  # noqa: PLC0415 - reads the above

    path = begin_programme(name, policy.read_bytes())
    if path is None:
        raise RefusedError(
            f"The programme in {data} has begun already.",
            "Its administrators invite others; for a new one choose another folder.",
        )
    typer.echo("Start the portal (`seatrial serve`), register there, then open, within 14 days:")
    typer.echo(path)
