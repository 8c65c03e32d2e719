"""`seatrial ledger`: what an auditor, or a stranger with a proof, does offline."""

from pathlib import Path
from typing import Annotated

import typer

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.tlog.anchor import Anchor
from seatrial.adapters.tlog.export_folder import ExportFolder
from seatrial.adapters.tlog.keys import given_keys
from seatrial.core.moment import show_moment
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.faces.cli import ledger_store, ledger_witness
from seatrial.faces.cli.ledger_reading import (
    Keys,
    Source,
    anchored_heads,
    disagree,
    given_source,
    trusted_head,
    watched,
)
from seatrial.formats.finding import Finding
from seatrial.formats.ledger_anchor import check_growth, refuse_fork
from seatrial.formats.ledger_check import check_ledger
from seatrial.formats.ledger_checkpoint import SignedCheckpoint, Trusted
from seatrial.formats.ledger_growth import Growth, growth_bytes, prove_growth
from seatrial.formats.ledger_proof import CaseProof, check_case_proof, prove_case
from seatrial.formats.note_key import VerifierKey

ledger_app = typer.Typer(
    help="The ledger, offline: verify an export, prove a case, anchor a head.",
    no_args_is_help=True,
)
ledger_store.add_to(ledger_app)
ledger_app.command()(ledger_witness.witness)

_Export = Annotated[Path, typer.Argument(metavar="EXPORT", help="Folder of an export.")]
_Cosignatures = Annotated[
    int, typer.Option(min=0, help="How many witnesses you trust must have signed the head.")
]


@ledger_app.command()
def verify(
    export: _Export,
    *,
    key: Keys,
    anchor: Annotated[
        list[Path] | None,
        typer.Option(help="File or git working copy with earlier heads. Repeatable."),
    ] = None,
    cosignatures: _Cosignatures = 0,
) -> None:
    """Check an export: entries, order, tree, signatures, anchors; name the first disagreement."""
    keys = given_keys(key)
    folder = ExportFolder(export)
    heads: list[SignedCheckpoint] = []
    for place in anchor or ():
        heads += anchored_heads(place, folder.head().checkpoint.origin)
    found = check_ledger(
        watched(folder, "verifying"),
        folder.checkpoints(),
        keys,
        anchors=heads,
        cosignatures=cosignatures,
    )
    if isinstance(found, Finding):
        disagree(found)
    last = f", the last of {show_moment(found.last)}" if found.last else ""
    typer.echo(
        f"Everything agrees: {found.head.checkpoint.size:,} entries{last},"
        f" {found.checkpoints:,} signed heads, {found.anchors:,} anchored heads."
    )
    if found.last is not None and found.last > SystemClock().now():
        typer.echo("The last entry is of a later time than this machine's: one clock is wrong.")
    _say_keys(found.head, found.trusted)
    for one in found.witnessed:
        typer.echo(
            f"Witnessed by {one.key.name} at {show_moment(one.at)}: the first {one.size:,} entries"
        )


@ledger_app.command()
def prove(
    export: _Export,
    case: Annotated[str, typer.Argument(metavar="CASE", help="As the entries name it.")],
    *,
    out: Annotated[Path, typer.Option(help="Where the proof goes.")],
) -> None:
    """Write a proof that a case's entries are in the ledger, showing no other entry."""
    folder = ExportFolder(export)
    head = folder.head()
    write_durably(out, prove_case(watched(folder, "proving"), head, CaseId(case)), mode=0o600)
    typer.echo(f"{out} shows the entries of case {case} to be in {head.checkpoint}.")


@ledger_app.command()
def growth(
    export: _Export,
    *,
    since: Annotated[int, typer.Option(min=1, help="Entries of the earlier head.")],
    out: Annotated[Path, typer.Option(help="Where the head with its proof goes.")],
) -> None:
    """Write the head with a proof that it continues an earlier one, for who may see no entry."""
    folder = ExportFolder(export)
    proven = prove_growth(watched(folder, "proving"), folder.head(), since)
    write_durably(out, growth_bytes(proven))
    typer.echo(f"{out} shows that {proven.head.checkpoint} continues the first {since:,}.")


@ledger_app.command("check-proof")
def check_proof(
    proof: Annotated[Path, typer.Argument(metavar="FILE", help="What `prove` wrote.")],
    *,
    key: Keys,
    cosignatures: _Cosignatures = 0,
) -> None:
    """Check a proof of a case's entries; needs nothing else of the ledger."""
    if not proof.is_file():
        raise BadInputError(f"{proof} is not a file.", "Name a file that `prove` wrote.")
    keys = given_keys(key)
    found = check_case_proof(proof.read_bytes(), keys, place=str(proof), cosignatures=cosignatures)
    if isinstance(found, Finding):
        disagree(found)
    _say_entries(found)
    _say_signers(found.head, found.trusted)


@ledger_app.command("anchor")
def add_to_anchor(
    source: Source,
    *,
    to: Annotated[Path, typer.Option(help="A file, or a git working copy.")],
    key: Keys,
) -> None:
    """Add the latest signed head to an anchor, if it continues every head there."""
    keys = given_keys(key)
    given = given_source(source)
    head = trusted_head(given, keys, source)
    place = Anchor(to, head.checkpoint.origin)
    with place.locked():
        continues = _continues(given, head, place.heads(), keys)
        path = place.add(head)
    typer.echo(f"Anchored in {path}: {head.checkpoint}.")
    if not continues:
        typer.echo(
            "Not held against the earlier heads: that takes an export, or what `growth` writes."
        )


def _continues(
    given: ExportFolder | Growth,
    head: SignedCheckpoint,
    anchored: tuple[SignedCheckpoint, ...],
    keys: tuple[VerifierKey, ...],
) -> bool:
    if isinstance(given, Growth):
        return check_growth(given, anchored)
    leaves = watched(given, "verifying")
    found = check_ledger(leaves, given.checkpoints(), keys, anchors=anchored)
    if isinstance(found, Finding):
        raise refuse_fork(head.checkpoint, found)
    return True


def _say_entries(found: CaseProof) -> None:
    streams: dict[str, list[int]] = {}
    for index, entry in found.entries:
        streams.setdefault(entry.stream, []).append(entry.number)
        typer.echo(f"{index}  {show_moment(entry.at)}  {entry.kind}  {entry.stream} {entry.number}")
    for stream, numbers in streams.items():
        gaps = len(set(numbers)) <= numbers[-1] - numbers[0]
        typer.echo(
            f"{stream}: numbers {numbers[0]} to {numbers[-1]}{', not all of them' if gaps else ''}"
        )
    typer.echo(
        f"Everything agrees: these are in the ledger. Entries of case {found.case}:"
        f" {len(found.entries):,}. Whether it has more, this does not show."
    )


def _say_keys(head: SignedCheckpoint, trusted: Trusted) -> None:
    typer.echo(f"Head: {head.checkpoint}")
    for key in trusted.ledger:
        typer.echo(f"Signed by {key}")


def _say_signers(head: SignedCheckpoint, trusted: Trusted) -> None:
    _say_keys(head, trusted)
    for key, at in trusted.witnesses:
        typer.echo(f"Witnessed by {key.name} at {show_moment(at)}")
