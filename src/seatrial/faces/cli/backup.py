"""`seatrial backup` and `seatrial restore`: everything a portal keeps but its private keys."""

from pathlib import Path
from typing import Annotated

import typer

from seatrial.adapters.store.data_folder import PRIVATE_KEY, data_folder
from seatrial.adapters.store.restoring import restoring
from seatrial.adapters.store.setup import migrate, set_up
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.problem import RefusedError
from seatrial.faces.cli.ledger_reading import anchored_heads
from seatrial.faces.cli.ledger_store import DATA, open_data


def backup(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="A new folder.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder of everything the portal keeps.")] = DATA,
) -> None:
    """Copy everything the portal keeps, while it runs; no private key is in the copy."""
    opened = open_data(data)
    # Only now: models can be imported only once Django is configured.
    from seatrial.adapters.store.backup import back_up  # noqa: PLC0415 - see above

    done = back_up(opened.data, opened.custody, opened.checkpoints, opened.keys, folder)
    typer.echo(f"{folder} has {done.files:,} files, up to {done.head.checkpoint}.")
    if done.renewed:
        typer.echo(
            "Content was purged since the last backup, so the operator's key is a new one:"
            f" copy {opened.data.operator_key} to its safe place and destroy the copy there."
        )
        typer.echo("Sealed content of earlier backups opens with no key any more.")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `backup` wrote.")],
    *,
    data: Annotated[Path, typer.Option(help="A new data folder.")],
    key: Annotated[
        list[str],
        typer.Option("--key", help="The ledger's key, NAME+ID+KEY, or a file of keys. Repeatable."),
    ],
    anchor: Annotated[
        list[Path] | None,
        typer.Option(help="File or git working copy with heads kept elsewhere. Repeatable."),
    ] = None,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Go on though an anchor has seen later entries.")
    ] = False,
    unsigned: Annotated[
        bool,
        typer.Option(
            "--unsigned", help="Take a backup of the older form, whose list has no signature."
        ),
    ] = False,
) -> None:
    """Put a backup into a new data folder, and check its ledger against keys and anchors."""
    keys = given_keys(key)
    place = data_folder(data)
    with restoring(place) as partial:
        set_up(partial.database)
        from seatrial.adapters.store import backup as backups  # noqa: PLC0415 - Django is set up
        from seatrial.adapters.store.restored import check_restored  # noqa: PLC0415 - as above

        vouched = backups.is_vouched_for(folder, keys)
        if not vouched and not unsigned:
            raise RefusedError(
                f"Nobody signed the list of files of {folder}: nothing shows that accounts and"
                " documents are as they were.",
                "If it is a backup of an earlier version that you kept safe, restore again with"
                " --unsigned.",
            )
        head = backups.restore(folder, partial)
        migrate()
        opened = open_data(partial.path)
        heads = [
            one for each in anchor or () for one in anchored_heads(each, head.checkpoint.origin)
        ]
        found = check_restored(opened.ledger, head, keys, heads)
        if found.missing and not accept_loss:
            raise RefusedError(
                f"An anchor has seen {found.missing:,} entries more than this backup has.",
                "Restore a later backup; if there is none, say so to the auditors and restore"
                " again with --accept-loss.",
            )
    typer.echo(f"Restored {found.entries:,} entries, as backed up: {head.checkpoint}.")
    if not vouched:
        typer.echo("Nobody signed its list of files: look through accounts and documents.")
    typer.echo("Put back from their own copies: the ledger's key and the operator's key.")
    typer.echo(f"  {place.ledger_keys / PRIVATE_KEY}")
    typer.echo(f"  {place.operator_key}")
