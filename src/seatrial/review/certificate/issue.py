"""What a certificate says, taken from the submission and nothing else."""

from datetime import datetime

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.people import CaseId
from seatrial.core.words import DISCLAIMER
from seatrial.review.certificate.events import Issued
from seatrial.review.programme.policy import ProgrammePolicy
from seatrial.review.submission.state import Stage, Submission

STATEMENT = (
    f"{DISCLAIMER} It says what was tested, when and how, and what was found. It decides"
    " nothing about the model's release, which is the developer's alone, and nobody may present"
    " it as an endorsement."
)
"""On every certificate (R22)."""


def certificate_for(
    submission: Submission,
    *,
    case: CaseId,
    expires_at: datetime,
    code: Digest,
    policy: ProgrammePolicy,
    policy_digest: Digest,
) -> Issued:
    """Give the certificate of a determined submission, ready to be issued.

    code: digest of the lookup code, which the caller drew and prints.
    Raises: NotPossibleError without a determination, and after a withdrawal.
    """
    found, standing, report = (
        submission.determination,
        submission.recommendation,
        submission.report,
    )
    if found is None or standing is None or report is None:
        raise NotPossibleError(
            "There is no determination to certify.", "A certificate follows a determination."
        )
    if submission.stage is Stage.WITHDRAWN:
        raise NotPossibleError("The submission is withdrawn.", "Nothing more is issued of it.")
    return Issued(
        case=case,
        developer=submission.developer,
        name=submission.model.name,
        checkpoint=submission.model.checkpoint,
        model=submission.model.digest,
        scope=submission.model.scope,
        answers=standing.answers,
        finding=found.finding,
        report=report.public_summary,
        statements=tuple(one.statement for one in submission.trials if one.statement),
        expires_at=expires_at,
        retest=policy.certificate.retest,
        code=code,
        statement=STATEMENT,
        policy=policy_digest,
        maximum_days=policy.certificate.maximum_days,
    )
