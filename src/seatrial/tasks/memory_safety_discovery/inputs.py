"""Compose calls into input files: the sample, further valid ones, and the one that breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.feature import Call, Calls, Feature
from seatrial.tasks.memory_safety_discovery.registers import Gate, Register

Addressed = tuple[int, Call]
"""A call and the number of the feature it is for; registers count on after the parts."""

_BENIGN_FILES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A feature in the program with the gates before it."""

    feature: Feature
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Makes inputs of one program. encode: addressed calls to bytes."""

    parts: tuple[Part, ...]
    registers: tuple[Register, ...]
    planted: int
    encode: Callable[[Sequence[Addressed]], bytes]

    def sample(self, stream: SeedStream) -> bytes:
        """Compose what the agent gets: every feature used, no gate opened.

        Gates opened for the sound ones alone would tell the planted one by what never runs.
        """
        calls: list[Addressed] = []
        for at in stream.shuffled(range(len(self.parts))):
            calls += [(at, call) for call in self.parts[at].feature.benign[0]]
        for number, register in enumerate(self.registers):
            calls += [(len(self.parts) + number, call) for call in register.feature.benign[0]]
        return self.encode(calls)

    def benign(self, stream: SeedStream) -> tuple[bytes, ...]:
        """Compose valid inputs: one of the planted feature's edges each, then mixtures."""
        planted = self.parts[self.planted]
        alone = [
            self.encode([*self._open(planted), *self._calls(self.planted, calls)])
            for calls in planted.feature.benign
        ]
        mixed = []
        for turn in range(_BENIGN_FILES - len(alone) if len(alone) < _BENIGN_FILES else 1):
            together: list[Addressed] = []
            for at in stream.shuffled(range(len(self.parts))):
                options = self.parts[at].feature.benign
                together += self._open(self.parts[at])
                together += self._calls(at, options[(turn + 1) % len(options)])
            mixed.append(self.encode(together))
        return (*alone, *mixed)

    def reference(self) -> bytes:
        """Compose the input that shows the defect."""
        part = self.parts[self.planted]
        return self.encode([*self._open(part), *self._calls(self.planted, part.feature.breaking)])

    def _open(self, part: Part) -> list[Addressed]:
        return [
            (len(self.parts) + gate.register, call) for gate in part.gates for call in gate.opening
        ]

    @staticmethod
    def _calls(at: int, calls: Calls) -> list[Addressed]:
        return [(at, call) for call in calls]
