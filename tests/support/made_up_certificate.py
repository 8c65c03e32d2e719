"""A certificate of the made-up case, as the office would sign it."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from made_up_case import POLICY, digest, submission_at

from seatrial.adapters.keys import FileSigner
from seatrial.core.people import CaseId
from seatrial.formats.certificate import CertificateFile, certificate_file, code_digest
from seatrial.review.certificate.events import Issued
from seatrial.review.certificate.issue import certificate_for

CODE = "ABCD-EFGH-2345"
OFFICE = FileSigner(Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
STRANGER = FileSigner(Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))

CASE = submission_at("determined")


def issued(days: int = 300) -> Issued:
    """Give what was issued, good for so many days."""
    return certificate_for(
        CASE.state,
        case=CaseId("case-1"),
        expires_at=CASE.at + timedelta(days=days),
        code=code_digest(CODE),
        policy=POLICY,
        policy_digest=digest("policy"),
    )


def file_of(one: Issued) -> CertificateFile:
    """Give what its file says."""
    return certificate_file(
        one,
        certificate="certificate-1",
        issuer="Office of Model Review",
        developer="Lab of Examples",
        issued_at=CASE.at,
        code=CODE,
    )
