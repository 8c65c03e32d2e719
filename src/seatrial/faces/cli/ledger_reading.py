"""What the commands on an export share: options, progress, and how they say a disagreement."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from seatrial.adapters.tlog.anchor import Anchor
from seatrial.adapters.tlog.export_folder import ExportFolder, read_growth_file
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import trust_finding
from seatrial.formats.ledger_checkpoint import SignedCheckpoint
from seatrial.formats.ledger_growth import Growth
from seatrial.formats.note_key import VerifierKey

_STEP = 5000
"""Entries between two updates of the progress bar."""

Keys = Annotated[
    list[str],
    typer.Option("--key", help="A key you trust, NAME+ID+KEY, or a file of them. Repeatable."),
]
Source = Annotated[
    Path,
    typer.Argument(metavar="SOURCE", help="An export, what `growth` wrote, or a file of heads."),
]


def given_source(source: Path) -> ExportFolder | Growth:
    """Read what a head comes as. Raises: BadInputError."""
    return ExportFolder(source) if source.is_dir() else read_growth_file(source)


def trusted_head(
    given: ExportFolder | Growth, keys: Collection[VerifierKey], place: Path
) -> SignedCheckpoint:
    """Give the head of what was read. Ends with status 1 when no trusted key signed it."""
    head = given.head() if isinstance(given, ExportFolder) else given.head
    finding = trust_finding(head, keys, str(place))
    if finding is not None:
        disagree(finding)
    return head


def watched(folder: ExportFolder, doing: str) -> Iterator[bytes]:
    """Give the export's entries while a bar shows how far they have been read.

    Raises: BadInputError at once when there is no export.
    """
    return _reading(folder, doing, total=folder.size())


def anchored_heads(place: Path, origin: str) -> tuple[SignedCheckpoint, ...]:
    """Give the heads of one ledger that an anchor has. Raises: BadInputError when it has none."""
    heads = Anchor(place, origin).heads()
    if not heads:
        raise BadInputError(f"{place} has no head of {origin}.", "Name the anchor of this ledger.")
    return heads


def disagree(finding: Finding) -> NoReturn:
    """Say what disagrees first, and end with status 1."""
    console = Console()
    console.print("[bold red]Does not verify.[/] First disagreement:")
    console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def _reading(folder: ExportFolder, doing: str, *, total: int) -> Iterator[bytes]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total)
        read = 0
        for count, leaf in enumerate(folder.leaves(), 1):
            read += len(leaf) + 1
            if count % _STEP == 0:
                progress.update(task, completed=read)
            yield leaf
