"""Commit to a set of seeds in one line, and open the commitment later (R11)."""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.core.canonical import Digest, canonical_json, digest_json
from seatrial.core.problem import BadInputError

FORM = "seatrial-seeds-v1"
MIN_NONCE_BYTES = 16
"""128 bits: a set of few or small seeds cannot be found by trying."""

_SEED_BOUND = 2**128


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedSet:
    """Seeds, each once, and the nonce of their commitment. Kept by the evaluator alone.

    Raises: BadInputError when there are none, one is twice or out of range, or the nonce is
    too short.
    """

    seeds: tuple[int, ...]
    nonce: bytes

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise BadInputError("A set of seeds is empty or names one twice.", "List each once.")
        if any(not 0 <= seed < _SEED_BOUND for seed in self.seeds):
            raise BadInputError("A seed is outside 0 .. 2**128 - 1.", "Choose one inside.")
        if len(self.nonce) < MIN_NONCE_BYTES:
            raise BadInputError(
                f"The nonce has {len(self.nonce)} bytes.", f"Draw at least {MIN_NONCE_BYTES}."
            )


def commit_seeds(seeds: Iterable[int], nonce: bytes) -> str:
    """Give the line to publish: `seatrial-seeds-v1:sha256:` and 64 hexadecimal digits.

    The order of seeds does not matter. Raises: BadInputError as SeedSet.
    """
    return f"{FORM}:{seeds_digest(SeedSet(seeds=tuple(seeds), nonce=nonce))}"


def seeds_digest(held: SeedSet) -> Digest:
    """Give the digest in the commitment, as plans carry it."""
    return digest_json(
        {
            "form": FORM,
            "nonce": held.nonce.hex(),
            # as text: a secret seed has 128 bits, more than a JSON number holds
            "seeds": [str(seed) for seed in sorted(held.seeds)],
        }
    )


def open_commitment(commitment: str, seeds: Iterable[int], nonce: bytes) -> bool:
    """Say whether `commitment` is the line of these seeds and nonce.

    Raises: BadInputError when it is no such line, or as SeedSet.
    """
    form, _, digest = commitment.strip().partition(":")
    if form != FORM or not digest.startswith("sha256:") or len(digest) != 71:  # noqa: PLR2004 - prefix and 64 digits
        raise BadInputError(
            f"{commitment.strip()!r} is no commitment to seeds.",
            f"Give a line that starts with {FORM}:sha256:",
        )
    return hmac.compare_digest(commit_seeds(seeds, nonce).encode(), commitment.strip().encode())


def write_seed_file(held: SeedSet) -> bytes:
    """Give the secret seed file's bytes."""
    return (
        canonical_json(
            {
                "form": FORM,
                "nonce": held.nonce.hex(),
                "seeds": [str(seed) for seed in held.seeds],
            }
        )
        + b"\n"
    )


def read_seed_file(content: bytes, *, place: str) -> SeedSet:
    """Read a secret seed file. place: its name, for the error message.

    Raises: BadInputError when it is not of this form.
    """
    try:
        raw = json.loads(content)
        if raw["form"] != FORM:
            raise ValueError(f"form is {raw['form']!r}, not {FORM!r}")  # noqa: TRY301 - one place turns all into BadInputError
        seeds = tuple(int(seed) for seed in raw["seeds"])
        nonce = bytes.fromhex(raw["nonce"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{place} is no file of secret seeds ({error}).",
            "Make one with `seatrial task commit-seeds --draw COUNT FILE`.",
        ) from error
    return SeedSet(seeds=seeds, nonce=nonce)
