"""The certificate as a signed file: DSSE over canonical JSON, checked offline.

What it says is what the ledger has, with names beside identities and with the lookup code itself,
of which the ledger has the digest only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.core.canonical import Digest, canonical_json, digest_bytes, is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.ports import Signer
from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json, to_json
from seatrial.core.words import DISCLAIMER
from seatrial.formats.dsse import Opened, open_envelope, sign_envelope
from seatrial.review.certificate.events import Issued
from seatrial.review.submission.work_events import CapabilityAnswer, Finding

SCHEMA = "seatrial.certificate/1"
PAYLOAD_TYPE = "application/vnd.seatrial.certificate+json"

MAX_BYTES = 256 * 1024
"""Of a file. Ours have a few KiB; what is longer is no certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """What the file says. statement comes first of all.

    issuer: office that issued it. developer, model, checkpoint: in the developer's words.
    code: looks the certificate up where it was issued; whoever has it can.
    """

    schema: str
    statement: str
    certificate: str
    issuer: str
    issued_at: datetime
    expires_at: datetime
    developer: str
    model: str
    checkpoint: str
    model_digest: Digest
    scope: tuple[str, ...]
    answers: tuple[CapabilityAnswer, ...]
    finding: Finding
    report: Digest
    statements: tuple[Digest, ...]
    retest: tuple[str, ...]
    policy: Digest
    code: str


def certificate_file(
    issued: Issued,
    *,
    certificate: str,
    issuer: str,
    developer: str,
    issued_at: datetime,
    code: str,
) -> CertificateFile:
    """Put what was issued into the file's form. certificate: its identity."""
    return CertificateFile(
        schema=SCHEMA,
        statement=issued.statement,
        certificate=certificate,
        issuer=issuer,
        issued_at=issued_at,
        expires_at=issued.expires_at,
        developer=developer,
        model=issued.name,
        checkpoint=issued.checkpoint,
        model_digest=issued.model,
        scope=issued.scope,
        answers=issued.answers,
        finding=issued.finding,
        report=issued.report,
        statements=issued.statements,
        retest=issued.retest,
        policy=issued.policy,
        code=code,
    )


def sign_certificate(file: CertificateFile, signer: Signer) -> bytes:
    """Give the content of `certificate.dsse.json`."""
    return sign_envelope(canonical_json(to_json(file)), PAYLOAD_TYPE, signer)


def open_certificate(
    content: bytes, trusted_keys: Mapping[str, Ed25519PublicKey], *, place: str
) -> tuple[CertificateFile, Opened]:
    """Read a certificate's file; the caller decides on `Opened.trust`.

    Raises: BadInputError when it is no certificate, or lacks the sentence of what it is not.
    """
    if len(content) > MAX_BYTES:
        raise BadInputError(f"{place} is too large for a certificate.", "Give the original file.")
    opened = open_envelope(content, trusted_keys, place=place)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadInputError(
            f"{place}: payloadType is {opened.payload_type!r}, expected '{PAYLOAD_TYPE}'.",
            "Give a certificate.",
        )
    file = from_json(CertificateFile, parse_json(opened.payload, place=place), place=place)
    if file.schema != SCHEMA or not is_canonical(opened.payload, to_json(file)):
        raise BadInputError(
            f"{place} is not a {SCHEMA} in canonical form.",
            "Check it with the version of seatrial that made it.",
        )
    if DISCLAIMER not in file.statement:
        raise BadInputError(f"{place} does not say: {DISCLAIMER}", "Give the original file.")
    return file, opened


def says_what_was_issued(file: CertificateFile, issued: Issued, issued_at: datetime) -> bool:
    """Tell whether a file and the ledger say the same. Names of parties may have changed since."""
    expected = certificate_file(
        issued,
        certificate=file.certificate,
        issuer=file.issuer,
        developer=file.developer,
        issued_at=issued_at,
        code=file.code,
    )
    return file == expected and code_digest(file.code) == issued.code


def code_digest(code: str) -> Digest:
    """Give the digest by which a lookup code is known."""
    return digest_bytes(plain_code(code).encode())


def plain_code(code: str) -> str:
    """Reduce a code as somebody wrote it; spaces, hyphens and case do not count."""
    return "".join(one for one in code.upper() if one.isalnum())
