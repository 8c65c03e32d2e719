"""`seatrial serve`: the portal on this machine, with everything it needs."""

import os
from pathlib import Path
from typing import Annotated

import typer

from seatrial.core.problem import BadInputError

_DATA = typer.Option(help="Folder of everything the portal keeps.")
_PORT = typer.Option(min=0, max=65535, help="Port on the loopback address.")
_ORIGIN = typer.Option(
    help="Public address, such as https://review.example.org, when TLS stands in front."
)


def serve(
    data: Annotated[Path, _DATA] = Path("seatrial-data"),
    port: Annotated[int, _PORT] = 8000,
    origin: Annotated[str, _ORIGIN] = "",
) -> None:
    """Serve the portal until Ctrl-C: pages, API, health check."""
    if origin and not origin.startswith("https://"):
        raise BadInputError(
            f"--origin is {origin!r}, which is no https address.",
            "Put TLS in front and give https://NAME; leave it out to serve this machine only.",
        )
    os.environ["SEATRIAL_DATA"] = str(data.absolute())
    os.environ["SEATRIAL_ORIGIN"] = origin
    os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
    # Only now: settings are read when they are imported.
    from seatrial.faces.web.server import run  # noqa: PLC0415 - reads the environment set above

    run(port=port, say=typer.echo)
