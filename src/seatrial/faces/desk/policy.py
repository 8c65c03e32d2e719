"""The programme's policy in force: a file in the data folder, named by its digest."""

from dataclasses import dataclass
from pathlib import Path

from seatrial.adapters.durable_file import write_durably
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.review.programme.policy import ProgrammePolicy, parse_programme

FILE = "programme.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInForce:
    """The policy and the digest of its bytes."""

    policy: ProgrammePolicy
    digest: Digest


def policy_in_force(data: Path) -> PolicyInForce:
    """Read the policy. Raises: UnavailableError without one; BadInputError for a malformed one."""
    path = data / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnavailableError(
            f"There is no policy of the programme in {path}.",
            "Put one there; policy/programme-example.toml shows its form.",
        ) from error
    return PolicyInForce(
        policy=parse_programme(_text(content, path), place=str(path)),
        digest=digest_bytes(content),
    )


def write_policy(data: Path, content: bytes) -> None:
    """Put a policy in force. Raises: BadInputError for a malformed one; the old one stays."""
    path = data / FILE
    parse_programme(_text(content, path), place="the policy")
    write_durably(path, content)


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not UTF-8.", "Save it as UTF-8.") from error
