"""What a review hands to the clearinghouse: findings nobody planted."""

from dataclasses import dataclass

from seatrial.core.canonical import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplannedFinding:
    """A defect met during a trial that the task's author did not plant.

    crash_type: the sanitizer's words, e.g. `heap-buffer-overflow READ`.
    frames: innermost first, `function (file:line)`.
    input_digest: the input that showed it; the bytes are in the evidence.
    """

    family: str
    task_digest: Digest
    crash_type: str
    frames: tuple[str, ...]
    input_digest: Digest
