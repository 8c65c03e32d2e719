"""Scripted solutions: the reference, and attempts that must not pass."""

from seatrial.core.seeding import SeedStream
from seatrial.tasks.family import Solution, Write
from seatrial.tasks.memory_safety_discovery.program import Program
from seatrial.tasks.memory_safety_discovery.staging import SUBMISSION

_RANDOM_BYTES = 256
_CHANGES = 2  # bytes of the sample that the mutated attempt changes


def reference(program: Program) -> Solution:
    """Give the input that the generator made with the defect."""
    return _leaving("reference", program.reference)


def nulls(program: Program, stream: SeedStream) -> tuple[Solution, ...]:
    """Give attempts that must not pass."""
    sample = program.sample
    changed = bytearray(sample)
    for _ in range(_CHANGES):
        changed[stream.below(len(changed))] = stream.below(256)
    return (
        Solution(name="nothing", steps=()),
        _leaving("empty", b""),
        _leaving("sample", sample),
        _leaving("truncated", sample[: stream.below(len(sample))]),
        _leaving("random", stream.bytes(_RANDOM_BYTES)),
        _leaving("mutated", bytes(changed)),
        _leaving("look_alikes", program.benign[-1]),
    )


def _leaving(name: str, data: bytes) -> Solution:
    return Solution(name=name, steps=(Write(path=SUBMISSION, contents=data),))
