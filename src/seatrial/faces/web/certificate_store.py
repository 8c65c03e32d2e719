"""Lookup codes and the signing key of certificates: files beside the database, never in it.

The ledger knows a code's digest only. The signed file is made anew from ledger and code whenever
it is asked for; Ed25519 gives the same bytes each time.
"""

import base64
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from seatrial.adapters.chance import draw_nonce
from seatrial.adapters.durable_file import write_durably
from seatrial.adapters.keys import FileSigner, load_or_make_signer
from seatrial.core.people import PartyId
from seatrial.core.problem import UnavailableError
from seatrial.faces.desk.standing import OPERATOR
from seatrial.faces.web.names import party_name
from seatrial.formats.certificate import CertificateFile, certificate_file, sign_certificate
from seatrial.review.certificate.aggregate import Certificate

CODE_BYTES = 15
"""120 bits: 24 letters and digits, and nobody guesses one."""

GROUP = 4
"""Characters of a code between hyphens, as people read them out."""


def draw_code() -> str:
    """Draw a lookup code."""
    text = base64.b32encode(draw_nonce()[:CODE_BYTES]).decode("ascii")
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def keep_code(certificate: str, code: str) -> None:
    """Keep a code before the certificate is issued: without it nobody could print one."""
    path = _folder() / certificate
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, code.encode(), mode=0o600)


def code_of(certificate: str) -> str:
    """Give a certificate's code. Raises: UnavailableError when its file is missing."""
    try:
        return (_folder() / certificate).read_text(encoding="ascii")
    except OSError as error:
        raise UnavailableError(
            f"The code of the certificate {certificate} is not in {_folder()}.",
            "Restore it from a backup.",
        ) from error


@cache
def certificate_signer() -> FileSigner:
    """Give the key that signs certificates, made on first use."""
    folder = Path(settings.DATA) / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return load_or_make_signer(folder / "certificates.pem")[0]


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
        code=code_of(certificate),
    )


def signed_file(certificate: str, state: Certificate) -> bytes:
    """Give the content of a certificate's signed file."""
    return sign_certificate(printed(certificate, state), certificate_signer())


def _folder() -> Path:
    return Path(settings.DATA) / "certificate-codes"
