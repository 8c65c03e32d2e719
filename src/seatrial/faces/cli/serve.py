"""`seatrial serve`: the portal on this machine, with everything it needs."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from seatrial.core.problem import BadInputError

_DATA = typer.Option(help="Folder of everything the portal keeps.")
_PORT = typer.Option(min=0, max=65535, help="Port on the loopback address.")
_ORIGIN = typer.Option(
    help="Public address, such as https://review.example.org, when TLS stands in front."
)
_WORKER = typer.Option(
    "--worker/--no-worker", help="Run timers, notifications and trials here too."
)
_DEMO = typer.Option("--demo", help="Fill a new data folder with made-up parties and reviews.")
_POLICY = typer.Option(help="Policy of the demonstration.")


def serve(
    data: Annotated[Path | None, _DATA] = None,
    port: Annotated[int, _PORT] = 8000,
    origin: Annotated[str, _ORIGIN] = "",
    *,
    worker: Annotated[bool, _WORKER] = True,
    demo: Annotated[bool, _DEMO] = False,
    policy: Annotated[Path, _POLICY] = Path("policy/programme-example.toml"),
) -> None:
    """Serve the portal until Ctrl-C: pages, API, health check, and a worker beside them."""
    if origin and not origin.startswith("https://"):
        raise BadInputError(
            f"--origin is {origin!r}, which is no https address.",
            "Put TLS in front and give https://NAME; leave it out to serve this machine only.",
        )
    if demo and origin:
        raise BadInputError(
            "A demonstration has printed passwords, and is served to this machine only.",
            "Leave --origin out.",
        )
    fleeting = Path(tempfile.mkdtemp(prefix="seatrial-demo-")) if demo and data is None else None
    place = fleeting or data or Path("seatrial-data")
    os.environ["SEATRIAL_DATA"] = str(place.absolute())
    os.environ["SEATRIAL_ORIGIN"] = origin
    os.environ["SEATRIAL_DEMO"] = "1" if demo else ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
    # Only now: settings are read when they are imported.
    from seatrial.faces.web.demo import make_demo  # noqa: PLC0415 - reads the environment set above
    from seatrial.faces.web.server import run  # noqa: PLC0415 - reads the environment set above

    beside = (sys.executable, "-m", "seatrial.faces.cli.beside", str(place.absolute()))
    process = os.getpid()
    try:
        if demo:
            make_demo(policy, typer.echo)
        run(port=port, say=typer.echo, beside=beside if worker else ())
    finally:
        # The server's workers are forks, and leave by this way too: the folder is not theirs.
        if fleeting is not None and os.getpid() == process:
            shutil.rmtree(fleeting, ignore_errors=True)
