"""Lookup codes and the signing key of certificates: files beside the database, never in it.

The ledger knows a code's digest only; the code is the document of that digest. The signed file is
made anew from both whenever it is asked for; Ed25519 gives the same bytes each time.
"""

import base64
import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from seatrial.adapters.chance import draw_nonce
from seatrial.adapters.identity import fresh_id
from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.core.people import PartyId
from seatrial.faces.desk.standing import OPERATOR
from seatrial.faces.web.names import party_name
from seatrial.formats.certificate import (
    CertificateFile,
    certificate_file,
    plain_code,
    sign_certificate,
)
from seatrial.review.certificate.aggregate import Certificate
from seatrial.wiring.portal import the_documents

CODE_BYTES = 15
"""120 bits: 24 letters and digits, and nobody guesses one."""

GROUP = 4
"""Characters of a code between hyphens, as people read them out."""


def draw_code() -> str:
    """Draw a lookup code."""
    return _grouped(base64.b32encode(draw_nonce()[:CODE_BYTES]).decode("ascii"))


def keep_code(code: str) -> None:
    """Keep a code before the certificate is issued: without it nobody could print one."""
    the_documents().keep(plain_code(code).encode())


def code_of(state: Certificate) -> str:
    """Give a certificate's code: the document whose digest the ledger has.

    Raises: UnavailableError when it is missing.
    """
    return _grouped(the_documents().read(state.issued.code).decode("ascii"))


@cache
def certificate_signer() -> FileSigner:
    """Give the key that signs certificates, made on first use.

    Two processes that begin at once get the same key: the file is linked into place whole.
    """
    path = Path(settings.DATA) / "keys" / "certificates.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        drawn = path.with_name(f"{fresh_id()}.pem")
        load_or_make_signer(drawn)
        try:
            os.link(drawn, path)
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
            drawn.with_suffix(".pub.pem").unlink()
    return load_or_make_signer(path)[0]


def certificate_keys() -> dict[str, Ed25519PublicKey]:
    """Give the public key that checks certificates, by its name."""
    public = serialization.load_pem_public_key(certificate_signer().public_pem)
    if not isinstance(public, Ed25519PublicKey):
        raise TypeError("the signer's key is an Ed25519 key")
    return {certificate_signer().keyid: public}


def printed(certificate: str, state: Certificate) -> CertificateFile:
    """Give what a certificate's file says."""
    return certificate_file(
        state.issued,
        certificate=certificate,
        issuer=party_name(PartyId(OPERATOR)),
        developer=party_name(state.issued.developer),
        issued_at=state.issued_at,
        code=code_of(state),
    )


def signed_file(certificate: str, state: Certificate) -> bytes:
    """Give the content of a certificate's signed file."""
    return sign_certificate(printed(certificate, state), certificate_signer())


def _grouped(plain: str) -> str:
    return "-".join(plain[at : at + GROUP] for at in range(0, len(plain), GROUP))
