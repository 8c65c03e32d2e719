"""`seatrial ledger witness`: what a third party does that keeps the ledger's heads and signs them.

It needs no entry, no account and nothing else of the portal.
"""

from pathlib import Path
from typing import Annotated

import typer

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.keys import default_key_path, load_or_make_signer
from seatrial.adapters.tlog.anchor import Anchor
from seatrial.adapters.tlog.export_folder import ExportFolder
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.moment import show_moment
from seatrial.faces.cli.ledger_reading import (
    Keys,
    Source,
    given_source,
    trusted_head,
    watched,
)
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_check import check_ledger
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, cosign_checkpoint
from seatrial.formats.ledger_growth import Growth
from seatrial.formats.ledger_witness import (
    check_continues,
    check_later,
    last_signed,
    refuse_export,
    signed_by,
)
from seatrial.formats.note_key import KeyKind, VerifierKey, key_from_pem


def witness(
    source: Source,
    *,
    name: Annotated[
        str, typer.Option(help="The witness's name, such as `harbour.example/witness`.")
    ],
    to: Annotated[
        Path, typer.Option(help="Where it keeps what it signed: a file, or a git working copy.")
    ],
    key: Keys,
    out: Annotated[Path, typer.Option(help="Where the signed head goes, for the ledger's keeper.")],
    begin: Annotated[
        bool, typer.Option("--begin", help="It has signed no head of this ledger yet.")
    ] = False,
    signing_key: Annotated[Path | None, typer.Option(help="Ed25519 key, PEM.")] = None,
) -> None:
    """Sign a head as a witness, if it continues the last that this witness signed."""
    signer, _ = load_or_make_signer(signing_key or default_key_path())
    own = key_from_pem(name, signer.public_pem, kind=KeyKind.COSIGNATURE)
    keys = given_keys(key)
    given = given_source(source)
    head = trusted_head(given, keys, source)
    place = Anchor(to, head.checkpoint.origin)
    with place.locked():
        last = last_signed(place.heads(), own, begin=begin)
        _check(given, head, last, keys)
        now = SystemClock().now()
        # Whatever others signed is theirs to hand in; of junk there may be more than a note holds.
        signed = cosign_checkpoint(signed_by(head, keys), own, signer, at=now)
        # Kept before it is handed out: a crash between forgets no signature that somebody has.
        if begin or last is None or last.checkpoint != head.checkpoint:
            place.add(signed)
        write_durably(out, signed.content())
    typer.echo(f"{out} is signed at {show_moment(now)} by {own}")
    if last is None:
        typer.echo(f"The first head of this ledger that it signs: {head.checkpoint}.")
    else:
        typer.echo(f"{head.checkpoint} continues the last one, of {last.checkpoint.size:,}.")


def _check(
    given: ExportFolder | Growth,
    head: SignedCheckpoint,
    last: SignedCheckpoint | None,
    keys: tuple[VerifierKey, ...],
) -> None:
    """Hold the head against the last that was signed. Raises: RefusedError."""
    if isinstance(given, Growth):
        if last is not None:
            check_continues(given, last.checkpoint)
        return
    if last is not None:
        check_later(head.checkpoint, last.checkpoint)
    anchors = [] if last is None else [last]
    found = check_ledger(watched(given, "verifying"), given.checkpoints(), keys, anchors=anchors)
    if isinstance(found, Finding):
        raise refuse_export(head.checkpoint, found)
