"""`seatrial verify`: is an evidence bundle whole, unaltered and signed by someone trusted?"""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from seatrial import __version__
from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.keys import default_trust_path, load_public_keys
from seatrial.adapters.log_reading import log_reader
from seatrial.core.problem import BadInputError
from seatrial.formats.bundle_check import verify_bundle
from seatrial.review.shown import shown

_MOST_SHOWN = 600
"""Characters of one finding, which may quote what a stranger wrote."""


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An evidence bundle.")],
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", help="Trusted public keys, PEM; replaces this user's trust file."),
    ] = None,
) -> None:
    """Check an evidence bundle offline; name the first thing that disagrees."""
    if not folder.is_dir():
        raise BadInputError(f"{folder} is no folder.", "Name a trial's folder.")
    trust = default_trust_path()
    files = key or ([trust] if os.path.lexists(trust) else [])
    keys = {name: one for path in files for name, one in load_public_keys(path).items()}
    bundle = BundleFolder(folder)
    findings = verify_bundle(
        bundle.read, bundle.listing(), keys, read_logs=log_reader(bundle), software=__version__
    )
    console = Console()
    if findings:
        console.print("[bold red]Does not verify.[/] First disagreement:")
        for finding in findings:
            text = shown(str(finding), _MOST_SHOWN)
            console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1)
    console.print(
        f"Everything agrees. Signed by a key from {', '.join(map(str, files))}.", highlight=False
    )
