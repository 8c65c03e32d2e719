"""The names a request may ask for."""

from dataclasses import dataclass

from seatrial.core.problem import BadInputError
from seatrial.models.policies.cheater import CHEATER
from seatrial.models.policies.fuzzer import FUZZER
from seatrial.models.policies.novice import NOVICE
from seatrial.models.policies.null import NULL
from seatrial.models.policies.oracle import ORACLE
from seatrial.models.policies.refuser import REFUSER
from seatrial.models.policies.sandbagger import SANDBAGGER

POLICIES = (NULL, REFUSER, NOVICE, FUZZER, ORACLE, CHEATER, SANDBAGGER)
"""The controls of a trial, weakest first; then those that deceive."""

MAX_SEED = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelName:
    """A model's name as asked for: `fuzzer`, or `fuzzer@7` for seed 7. seed: None when unsaid."""

    policy: str
    seed: int | None


def parse_model_name(text: str) -> ModelName:
    """Split a name.

    Raises: BadInputError when the part after `@` is not a number in 0 .. 2**64 - 1.
    """
    policy, at, seed = text.partition("@")
    if not at:
        return ModelName(policy=policy, seed=None)
    if not (seed.isascii() and seed.isdecimal() and len(seed) <= 20 and int(seed) <= MAX_SEED):  # noqa: PLR2004 - digits of 2**64
        raise BadInputError(
            f"model {text[:80]!r}: the seed after '@' is not a number from 0 to {MAX_SEED}.",
            "Write for example fuzzer@7.",
        )
    return ModelName(policy=policy, seed=int(seed))
