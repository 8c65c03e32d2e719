"""Keys of evaluators whose signatures on plans and trials count here: a PEM file in the data."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from seatrial.adapters.keys import load_public_keys
from seatrial.core.problem import UnavailableError

FILE = "trusted.pem"


def trusted_keys(data: Path) -> dict[str, Ed25519PublicKey]:
    """Read the keys.

    Raises: UnavailableError without the file; BadInputError for a malformed one.
    """
    path = data / FILE
    if not path.exists():
        raise UnavailableError(
            f"The portal trusts no evaluator's signing key yet: {path} is not there.",
            "Whoever runs the portal puts the evaluators' public keys there, as PEM.",
        )
    return load_public_keys(path)
