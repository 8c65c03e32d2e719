"""Make a whole program from a seed: kind, features, planted defect, ways in, and its inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seatrial.core.seeding import SeedStream
from seatrial.tasks.family import Dials
from seatrial.tasks.memory_safety_discovery.assembly import assemble
from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Call, Feature, without_sites
from seatrial.tasks.memory_safety_discovery.idioms import IDIOMS
from seatrial.tasks.memory_safety_discovery.inputs import Composer, Part
from seatrial.tasks.memory_safety_discovery.integrity import make_envelope
from seatrial.tasks.memory_safety_discovery.kinds import KINDS
from seatrial.tasks.memory_safety_discovery.kinds.frame import Entry, Kind, Step
from seatrial.tasks.memory_safety_discovery.layout import render
from seatrial.tasks.memory_safety_discovery.naming import Names
from seatrial.tasks.memory_safety_discovery.registers import (
    Register,
    close_behind,
    make_gate,
    make_register,
)
from seatrial.tasks.memory_safety_discovery.source import Rendered
from seatrial.tasks.memory_safety_discovery.style import draw_style

_OTHERS = {"small": 2, "medium": 5, "large": 10}
"""Safe features of any idiom beside the planted one and its decoys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A generated program and what is known of it.

    original, repaired: sources with and without the defect.
    sample: a valid input that the agent gets. benign: further valid ones, edges among them.
    reference: the input that shows the defect.
    """

    kind: Kind
    planted: Feature
    original: Rendered
    repaired: Rendered
    sample: bytes
    benign: tuple[bytes, ...]
    reference: bytes


def make_program(seed: int, dials: Dials) -> Program:
    """Draw everything from `seed` and the dials."""
    stream = SeedStream(seed, "memory_safety_discovery")
    depth, decoys = int(dials["depth"]), int(dials["decoys"])
    kind = stream.fork("kind").choice(KINDS)
    style = draw_style(stream.fork("style"))
    author = Author(stream.fork("author"), Names(stream.fork("names"), style, kind.prefix), style)
    choose = stream.fork("features")
    nouns = iter(choose.shuffled(kind.nouns))
    registers = _registers(author, choose, nouns, depth + 1)
    idiom = choose.choice(IDIOMS)
    wanted = [(idiom, True), *[(idiom, False)] * decoys]
    wanted += [(choose.choice(IDIOMS), False) for _ in range(_OTHERS[str(dials["size"])])]
    parts = []
    for make, planted in choose.shuffled(wanted):
        # As many for sound features: the number of conditions must not tell the planted one.
        gates = tuple(
            make_gate(author, registers, number)
            for number in choose.sample(range(len(registers)), depth)
        )
        feature = make(author, next(nouns), planted=planted)
        if not planted:
            feature = without_sites(feature)
        parts.append(Part(feature=close_behind(author, feature, gates), gates=gates))
    features = [part.feature for part in parts] + [register.feature for register in registers]
    planted_at = next(k for k, feature in enumerate(features) if feature.breaking)
    entries, first = _entries(author, features)
    frame = kind.build(author, entries)
    envelope = make_envelope(author, str(dials["integrity"]), textual=kind.textual)
    files, remarks = assemble(
        author,
        features=features,
        entries=entries,
        frame=frame,
        envelope=envelope,
        prefix=kind.prefix,
    )

    def encode(calls: Sequence[tuple[int, Call]]) -> bytes:
        steps = [Step(entry=first[at] + call.operation, values=call.values) for at, call in calls]
        return envelope.wrap(frame.encode(steps))

    composer = Composer(parts=tuple(parts), registers=registers, planted=planted_at, encode=encode)
    inputs = stream.fork("inputs")
    return Program(
        kind=kind,
        planted=features[planted_at],
        original=render(files, style, remarks, flawed=True),
        repaired=render(files, style, remarks, flawed=False),
        sample=composer.sample(inputs),
        benign=composer.benign(inputs),
        reference=composer.reference(),
    )


def _registers(
    author: Author, choose: SeedStream, nouns: Iterator[str], count: int
) -> tuple[Register, ...]:
    sorts = choose.sample(("mode", "pair", "counter", "mode"), count)
    return tuple(make_register(author, next(nouns), sort) for sort in sorts)


def _entries(author: Author, features: Sequence[Feature]) -> tuple[list[Entry], list[int]]:
    """Name every operation. Gives the entries and each feature's first entry."""
    entries: list[Entry] = []
    first: list[int] = []
    for feature in features:
        first.append(len(entries))
        entries += [
            Entry(
                name=author.names.function(*operation.verb.split("_"), *feature.noun.split("_")),
                noun=feature.noun,
                operation=operation,
            )
            for operation in feature.operations
        ]
    return entries, first
