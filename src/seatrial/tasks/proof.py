"""What the proof of an instance found, and the file where proofs are kept."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seatrial.core.canonical import Digest, Json, canonical_json
from seatrial.core.problem import BadInputError, UnavailableError
from seatrial.core.verdict import Check
from seatrial.tasks.family import DialValue

PROVEN = "proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The finding on one instance in one image (R9).

    seed: None when read from a store that keeps no seeds.
    digest: the instance's. score_version: of the family's card; another one needs a new proof.
    reason: `proven`, or a stable snake_case code of why the instance is quarantined.
    checks: all that was looked at. seconds: wall time of the proof.
    """

    family: str
    seed: int | None
    dials: Mapping[str, DialValue]
    image_digest: Digest
    digest: Digest
    score_version: int
    proven: bool
    reason: str
    checks: tuple[Check, ...]
    seconds: float


class ProofStore:
    """Proofs in a file of JSON lines, appended as they are found; a kill loses none but the last.

    A later line on the same instance and image replaces an earlier one. One writer at a time.

    with_seeds: False where the file may travel with a trial of secret seeds.
    Raises: BadInputError on opening when the file cannot be read, or a line, other than a torn
    last one, is no proof.
    """

    def __init__(self, path: Path, *, with_seeds: bool = True) -> None:
        self.path = path
        self._with_seeds = with_seeds
        self._kept: dict[tuple[Digest, Digest], Proof] = {}
        try:
            text = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise BadInputError(
                f"{path} cannot be read: {error.strerror}.", "Name another file for the proofs."
            ) from error
        self._whole_bytes = text.rfind(b"\n") + 1  # behind it: nothing, or a torn line
        for number, line in enumerate(text[: self._whole_bytes].splitlines(), start=1):
            self._keep(line, number)

    def get(self, instance_digest: Digest, image_digest: Digest) -> Proof | None:
        """Give the kept proof of an instance in an image, if there is one."""
        return self._kept.get((instance_digest, image_digest))

    def put(self, proof: Proof) -> None:
        """Append a proof and have it on the disk before returning.

        Raises: UnavailableError when the file cannot be written; what it holds is kept.
        """
        if not self._with_seeds:
            proof = replace(proof, seed=None)
        line = canonical_json(_write(proof)) + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("r+b" if self.path.exists() else "xb", buffering=0) as file:
                file.seek(self._whole_bytes)
                file.truncate()
                file.write(line)
                os.fsync(file.fileno())
        except OSError as error:
            raise UnavailableError(
                f"{self.path} cannot be written: {error.strerror}.",
                "Free space or name another file; the proofs in it are kept.",
            ) from error
        self._whole_bytes += len(line)
        self._kept[proof.digest, proof.image_digest] = proof

    def _keep(self, line: bytes, number: int) -> None:
        try:
            proof = _read(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInputError(
                f"{self.path}: line {number} is no proof ({error}).",
                "Move the file away; the proofs are then made again.",
            ) from error
        self._kept[proof.digest, proof.image_digest] = proof


def _write(proof: Proof) -> dict[str, Json]:
    return {
        "family": proof.family,
        # a secret seed has 128 bits, more than a JSON number holds
        "seed": None if proof.seed is None else str(proof.seed),
        "dials": dict(proof.dials),
        "image_digest": proof.image_digest,
        "digest": proof.digest,
        "score_version": proof.score_version,
        "proven": proof.proven,
        "reason": proof.reason,
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail}
            for check in proof.checks
        ],
        "seconds": round(proof.seconds, 3),
    }


def _read(raw: dict[str, Any]) -> Proof:
    return Proof(
        family=raw["family"],
        seed=None if raw["seed"] is None else int(raw["seed"]),
        dials=dict(raw["dials"]),
        image_digest=Digest(raw["image_digest"]),
        digest=Digest(raw["digest"]),
        score_version=raw["score_version"],
        proven=raw["proven"],
        reason=raw["reason"],
        checks=tuple(
            Check(name=check["name"], passed=check["passed"], detail=check["detail"])
            for check in raw["checks"]
        ),
        seconds=raw["seconds"],
    )
