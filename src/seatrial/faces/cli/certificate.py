"""`seatrial certificate`: check a certificate's file offline."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console

from seatrial.adapters.clock import SystemClock
from seatrial.adapters.keys import load_public_keys
from seatrial.core.problem import BadInputError
from seatrial.formats.certificate import CertificateFile, open_certificate
from seatrial.formats.dsse import Trust
from seatrial.review.shown import shown

certificate_app = typer.Typer(help="Certificates: check one.", no_args_is_help=True)

_MOST_SHOWN = 400
"""Characters of one line, which may quote what a stranger wrote."""


@certificate_app.callback()
def about() -> None:
    """Certificates: check one."""


@certificate_app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate's signed file.")],
    key: Annotated[
        list[Path], typer.Option("--key", help="Public key of the office that issued it, PEM.")
    ],
) -> None:
    """Check who signed a certificate and what it says; needs no network.

    Whether it was revoked or superseded since, only the office that issued it can tell.
    """
    keys = {name: one for path in key for name, one in load_public_keys_from(path).items()}
    content = _read(file)
    said, opened = open_certificate(content, keys, place=str(file))
    console = Console()
    if opened.trust is not Trust.TRUSTED:
        forged = opened.trust is Trust.FORGED
        why = "was altered" if forged else "is signed by none of these keys"
        console.print(f"Does not verify: the file {why}.", highlight=False)
        raise typer.Exit(1)
    for line in _lines(said):
        text = shown(line, _MOST_SHOWN)
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if SystemClock().now() >= said.expires_at:
        console.print("It has expired.", highlight=False)
        raise typer.Exit(1)
    console.print(
        "Its signature agrees. Whether it was revoked since, its office can tell.",
        highlight=False,
    )


def load_public_keys_from(path: Path) -> dict[str, Ed25519PublicKey]:
    """Read public keys. Raises: BadInputError also for a file that cannot be read."""
    try:
        return load_public_keys(path)
    except OSError as error:
        raise BadInputError(
            f"{path} cannot be read ({error.strerror}).", "Give a file of PEM public keys."
        ) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"{file} cannot be read ({error.strerror}).", "Give a certificate's file."
        ) from error


def _lines(said: CertificateFile) -> list[str]:
    return [
        said.statement,
        (
            f"Issued by {said.issuer} on {said.issued_at:%-d %b %Y}, until"
            f" {said.expires_at:%-d %b %Y, %H:%M} UTC."
        ),
        (
            f"Model, in the words of its developer ({said.developer}):"
            f" {_quoted(f'{said.model} {said.checkpoint}')}, {said.model_digest}."
        ),
        f"Its scope, in the same words: {'; '.join(map(_quoted, said.scope))}.",
        *(f"The rule said of {one.capability}: {one.answer.value}." for one in said.answers),
        f"Determination: {said.finding.value.replace('-', ' ')}.",
        f"A new trial is due when {'; '.join(said.retest)}.",
        f"Test results, by digest: {', '.join(said.statements)}.",
    ]


def _quoted(text: str) -> str:
    return f"\u201c{text}\u201d"
