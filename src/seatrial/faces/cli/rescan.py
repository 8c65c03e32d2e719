"""`seatrial rescan …`: search old evidence at a server with a new detector."""

import json
from pathlib import Path
from typing import Annotated

import typer

from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId
from seatrial.core.record import to_json
from seatrial.faces.api.wire import NewRescan, RescanShown
from seatrial.faces.cli.submission import HERE, Key, Server, TokenFile, client_of
from seatrial.review.shown import counted

rescan_app = typer.Typer(
    help="Rescans of old evidence: order, list, show; check a detector's file.",
    no_args_is_help=True,
)

_Detector = Annotated[
    Path | None,
    typer.Option(
        exists=True, dir_okay=False, help="A detector's file (TOML); else those of the server."
    ),
]
_Cases = Annotated[
    list[str] | None,
    typer.Option("--case", help="A case of yours, as often as needed; else every one."),
]


@rescan_app.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The detector.")
    ],
) -> None:
    """Check a detector's file, offline; print the digest that names it."""
    # Only here: patterns need the portal's packages.
    from seatrial.faces.desk.detectors import check_detector  # noqa: PLC0415 - see above

    made = check_detector(file.read_bytes(), place=str(file))
    typer.echo(f"{made.name}, version {made.version}: {counted(len(made.rules), 'rule')}")
    typer.echo(made.digest)


@rescan_app.command()
def order(
    purpose: Annotated[
        str, typer.Argument(metavar="PURPOSE", help="What archives are opened for, as terms say.")
    ],
    *,
    detector: _Detector = None,
    case: _Cases = None,
    key: Key = None,
    server: Server = HERE,
    token_file: TokenFile = None,
) -> None:
    """Order a rescan; print its identity."""
    new = NewRescan(
        purpose=purpose,
        detector=None if detector is None else detector.read_bytes().decode(errors="replace"),
        cases=tuple(CaseId(one) for one in case or ()),
    )
    with client_of(server, token_file) as client:
        typer.echo(client.order_rescan(new, key=key).id)


@rescan_app.command("list")
def list_them(*, server: Server = HERE, token_file: TokenFile = None) -> None:
    """List the rescans."""
    with client_of(server, token_file) as client:
        found = list(client.rescans())
    for one in found:
        typer.echo(f"{one.id}  {one.stage:<8}  {show_moment(one.at)}  {one.title}")
    if not found:
        typer.echo("There was none yet. Order one: seatrial rescan order PURPOSE")


@rescan_app.command()
def show(
    rescan: Annotated[str, typer.Argument(metavar="RESCAN", help="Identity of the rescan.")],
    *,
    server: Server = HERE,
    token_file: TokenFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Show how far a rescan is, and in how many cases it found something."""
    with client_of(server, token_file) as client:
        shown = client.rescan(rescan)
    if as_json:
        typer.echo(json.dumps(to_json(shown), indent=2, ensure_ascii=False))
        return
    for line in _lines(shown):
        typer.echo(line)


def _lines(shown: RescanShown) -> tuple[str, ...]:
    return (
        f"{shown.detector} {shown.version}, rules {shown.rules}",
        f"Ordered {show_moment(shown.ordered_at)} for {shown.purpose}; it is {shown.stage.value}",
        (
            f"Cases with a result: {shown.done} of {shown.cases}; not searched: {shown.missed}; not"
            f" read whole: {shown.unread}"
        ),
        f"Samples searched: {shown.samples}",
        f"Cases with findings: {shown.found}, to be judged in the portal: {shown.waiting}",
    )
