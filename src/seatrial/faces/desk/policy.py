"""The programme's policy in force: named by the ledger, its file among the documents."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from seatrial.adapters.documents import Documents
from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.review.programme.in_force import POLICY, PolicyHistory, PutInForce, in_force
from seatrial.review.programme.policy import ProgrammePolicy, parse_programme
from seatrial.wiring.portal import the_ledger

STREAM = StreamId("policy/programme")
"""Of the programme's own policy; other sorts have streams of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """The policy and the digest of its bytes."""

    policy: ProgrammePolicy
    digest: Digest


def policy_history() -> PolicyHistory | None:
    """Give every policy that was in force; None before the first."""
    return the_ledger().state(POLICY, STREAM)[0]


def policy_in_force(data: Path, at: datetime | None = None) -> PolicyInForce:
    """Read the policy that is in force, or was at a moment.

    data: the data folder. Raises: UnavailableError without one, or when its file is gone.
    """
    history = policy_history()
    if history is None:
        raise UnavailableError(
            "No policy of the programme is in force.",
            "Put one in force: `seatrial portal begin --policy FILE`.",
        )
    # Before the first, the first: there was nothing else that could have held.
    put = (in_force(history, at) if at else history.policies[-1].put) or history.policies[0].put
    return PolicyInForce(policy=read_policy(data, put.digest), digest=put.digest)


def read_policy(data: Path, digest: Digest) -> ProgrammePolicy:
    """Read a policy file that was in force. Raises: UnavailableError when it is gone."""
    content = Documents(data / "documents").read(digest)
    return parse_programme(_text(content), place=f"the policy {digest}")


def keep_policy(data: Path, content: bytes, reason: str) -> PutInForce:
    """Keep a policy file; give the command that puts it in force.

    Raises: BadInputError for a malformed one; nothing is kept then.
    """
    policy = parse_programme(_text(content), place="the policy")
    digest = Documents(data / "documents").keep(content)
    return PutInForce(
        digest=digest,
        name=policy.name,
        version=policy.version,
        issuer=policy.issuer,
        reason=reason,
    )


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError("The policy is not UTF-8.", "Save it as UTF-8.") from error
