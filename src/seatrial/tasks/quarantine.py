"""Keep what is not proven out of use, and count why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.tasks.proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Proofs in two heaps, each in the order given.

    quarantined: their instances leave every denominator (R9).
    """

    proven: tuple[Proof, ...]
    quarantined: tuple[Proof, ...]

    @property
    def share(self) -> float:
        """Share of proven instances, 0 .. 1; 0 when there is none at all."""
        total = len(self.proven) + len(self.quarantined)
        return len(self.proven) / total if total else 0.0

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Reasons of quarantine with their counts, most frequent first, then by name."""
        counts = Counter(proof.reason for proof in self.quarantined)
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def sort_out(proofs: Iterable[Proof]) -> Sorted:
    """Part the proven from the quarantined."""
    kept = tuple(proofs)
    return Sorted(
        proven=tuple(proof for proof in kept if proof.proven),
        quarantined=tuple(proof for proof in kept if not proof.proven),
    )
