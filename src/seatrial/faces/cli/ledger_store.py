"""`seatrial ledger head|replay|export|take-in|rotate-key`: the ledger of a data folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seatrial.adapters.store.database import database_of
from seatrial.adapters.store.setup import set_up
from seatrial.adapters.tlog.export_folder import read_checkpoint_file
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.moment import show_moment
from seatrial.core.problem import BadInputError
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import trust_finding

if TYPE_CHECKING:
    from seatrial.wiring.ledger import OpenLedger

_Data = Annotated[Path, typer.Option(help="Folder of everything the portal keeps.")]

DATA = Path("seatrial-data")


def add_to(group: typer.Typer) -> None:
    """Give a group these commands."""
    for command in (head, replay, export, take_in, rotate_key):
        group.command()(command)


def head(
    *,
    data: _Data = DATA,
    sign: Annotated[bool, typer.Option("--sign", help="Sign it and keep the checkpoint.")] = False,
) -> None:
    """Show the head: size, root and the latest checkpoint."""
    opened = open_data(data)
    now = opened.ledger.head()
    typer.echo(f"{now.size:,} entries, root {now.root.hex()}")
    if now.at is not None:
        typer.echo(f"The last of {show_moment(now.at)}")
    signed = opened.checkpoints.sign(*opened.keys.signer()) if sign else opened.checkpoints.latest()
    if signed is None:
        typer.echo("No head is signed yet.")
        return
    typer.echo(f"Latest checkpoint, of {signed.checkpoint.size:,} entries:")
    typer.echo(signed.content().decode(), nl=False)


def replay(
    *,
    data: _Data = DATA,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Write the rows anew, after an upgrade.")
    ] = False,
) -> None:
    """Compute tree, head and rows anew from the entries; name every difference."""
    opened = open_data(data)
    from seatrial.adapters.store import replay as replaying  # noqa: PLC0415 - as in open_data
    from seatrial.adapters.store.ledger import reached  # noqa: PLC0415 - as in open_data

    run = replaying.rebuild if rebuild else replaying.replay
    with reached():
        found = run(opened.ledger.projections)
    typer.echo(f"{found.entries:,} entries of {found.streams:,} streams replayed.")
    for one in found.differences:
        typer.echo(f"  {one}")
    forged = () if found.differences else _wrong_signers(opened)
    for finding in forged:
        typer.echo(f"  {finding}")
    if forged:
        raise typer.Exit(1)
    if not found.differences:
        typer.echo("No difference.")
    elif rebuild:
        typer.echo("These rows are written anew.")
    else:
        raise typer.Exit(1)


def _wrong_signers(opened: "OpenLedger") -> tuple[Finding, ...]:
    """Say which signed heads the ledger's keys did not sign."""
    known = opened.keys.known()
    if not known:
        return ()
    heads = ((one, f"ledger_checkpoint {one.checkpoint.size}") for one in opened.checkpoints.all())
    found = (trust_finding(one, known, place) for one, place in heads)
    return tuple(one for one in found if one is not None)


def export(
    folder: Annotated[Path, typer.Argument(metavar="EXPORT", help="A new folder.")],
    *,
    data: _Data = DATA,
) -> None:
    """Sign the head and write the ledger for auditors, who check it with `ledger verify`."""
    opened = open_data(data)
    from seatrial.adapters.store.export import export_ledger  # noqa: PLC0415 - as in open_data

    signed = export_ledger(opened.ledger, opened.checkpoints, opened.keys, folder)
    typer.echo(f"{folder} holds {signed.checkpoint}.")
    for key in opened.keys.known():
        typer.echo(f"Key: {key}")


def take_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `witness` wrote.")],
    *,
    data: _Data = DATA,
    witness: Annotated[
        list[str] | None,
        typer.Option(help="Key of a witness that is new here, NAME+ID+KEY, or a file. Repeatable."),
    ] = None,
) -> None:
    """Add a witness's signature to the signed head that it was made for."""
    new = given_keys(witness or ())
    opened = open_data(data)
    known = (*opened.keys.witnesses(), *new)
    signed = read_checkpoint_file(file)[-1]
    held = opened.checkpoints.take_in(signed, opened.keys.known(), known)
    opened.keys.add_witnesses(new)
    for key, at in held.trust(known).witnesses:
        typer.echo(f"Witnessed by {key.name} at {show_moment(at)}: {held.checkpoint}")


def rotate_key(*, data: _Data = DATA) -> None:
    """Begin a new signing key; the old one signs the present head for the last time."""
    opened = open_data(data)
    signed = opened.keys.rotate(opened.checkpoints)
    typer.echo(f"Signed by old and new key: {signed.checkpoint}.")
    typer.echo(f"Give auditors the new key: {opened.keys.known()[-1]}")


def open_data(data: Path) -> "OpenLedger":
    """Give the ledger of a data folder. Raises: BadInputError when there is no such folder."""
    if not data.is_dir():
        raise BadInputError(f"{data} is no folder.", "Name the data folder with --data.")
    database = database_of(data)
    if "://" not in database and not Path(database).is_file():
        raise BadInputError(f"{database} is not there.", "Name the data folder with --data.")
    set_up(database)
    # Models can be imported only once Django is configured.
    from seatrial.wiring.ledger import open_ledger  # noqa: PLC0415 - see above

    return open_ledger(data)
