"""What happens to a certificate."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PartyId
from seatrial.review.submission.work_events import CapabilityAnswer, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate was issued (R28).

    model: digest that the submission gave. report: of the public summary. statements: of the
    signed test results. code: digest of the lookup code printed on it; who has the code finds
    the certificate, and the ledger does not tell it. retest: what calls for a new trial.
    statement: what it is not, in the words of `core.words.DISCLAIMER`.
    maximum_days: the policy's, from issue to expiry.
    """

    case: CaseId
    developer: PartyId
    name: str
    checkpoint: str
    model: Digest
    scope: tuple[str, ...]
    answers: tuple[CapabilityAnswer, ...]
    finding: Finding
    report: Digest
    statements: tuple[Digest, ...]
    expires_at: datetime
    retest: tuple[str, ...]
    code: Digest
    statement: str
    policy: Digest
    maximum_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestTriggered:
    """One of the certificate's triggers came about: it speaks of an earlier state of things."""

    trigger: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """The certificate is void from here on. reason: shown to whoever checks it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """A later certificate of the same model took its place. by: its identity."""

    by: str


Event: TypeAlias = Issued | RetestTriggered | Revoked | Superseded
