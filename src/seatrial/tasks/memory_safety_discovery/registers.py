"""Registers: scalars that inputs set, and gates that look at them on the way to an operation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Argument, Call, Feature, Operation
from seatrial.tasks.memory_safety_discovery.source import Line, code

_MOST_TICKS = 4  # a counting gate asks for at most this many


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A scalar of the program's state, or two that count together.

    sort: mode (one value), pair (two values) or counter. fields: expressions that read it.
    """

    sort: str
    feature: Feature
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A condition on a register. unmet: C, holds while the way is closed.

    register: its number; opening: calls of its feature that open the way.
    """

    register: int
    unmet: str
    opening: tuple[Call, ...]


def make_register(author: Author, noun: str, sort: str) -> Register:
    """Write a register of one sort with the operations that set it."""
    stream, names = author.stream, author.names
    value, own = names.local("value"), author.state
    if sort == "counter":
        field = names.variable(noun, stream.choice(("count", "ticks", "seen")))
        operations: tuple[Operation, ...] = (
            Operation(
                verb=stream.choice(("tick", "next", "advance")),
                arguments=(),
                body=tuple(code(f"{own}{field}++;", author.fold("7u"))),
            ),
        )
        fields: tuple[str, ...] = (field,)
        benign: tuple[tuple[Call, ...], ...] = ((Call(operation=0, values=()),),)
    else:
        parts = ("mode",) if sort == "mode" else ("low", "high")
        fields = tuple(names.variable(noun, part) for part in parts)
        verb = stream.choice(("set", "select", "use"))
        operations = tuple(
            Operation(
                verb=verb if sort == "mode" else f"{verb}_{part}",
                arguments=(Argument(kind="u16", name=value),),
                body=tuple(code(f"{own}{field} = {value};")),
            )
            for part, field in zip(parts, fields, strict=True)
        )
        benign = tuple(
            tuple(Call(operation=k, values=(stream.below(65536),)) for k in range(len(fields)))
            for _ in range(2)
        )
    feature = Feature(
        idiom=f"register_{sort}",
        noun=noun,
        weakness=0,
        shape=sort,
        report="",
        operations=operations,
        fields=tuple(f"uint32_t {field};" for field in fields),
        gated=(),
        benign=benign,
    )
    return Register(sort=sort, feature=feature, fields=tuple(own + field for field in fields))


def make_gate(author: Author, registers: Sequence[Register], number: int) -> Gate:
    """Draw a condition on register `number`."""
    stream, register = author.stream, registers[number]
    if register.sort == "counter":
        times = stream.between(2, _MOST_TICKS)
        unmet = stream.choice(
            (f"{register.fields[0]} < {times}", f"{register.fields[0]} <= {times - 1}")
        )
        return Gate(register=number, unmet=unmet, opening=(Call(operation=0, values=()),) * times)
    if register.sort == "mode":
        wanted = stream.choice((stream.between(1, 200), stream.between(300, 65000)))
        return Gate(
            register=number,
            unmet=f"{register.fields[0]} != {wanted}",
            opening=(Call(operation=0, values=(wanted,)),),
        )
    low, high = stream.between(1, 65000), stream.between(1, 65000)
    a, b = register.fields
    factor = stream.choice((3, 5, 7, 31, 257))
    test, value = stream.choice(
        (
            (f"({a} ^ {b})", low ^ high),
            (f"{a} + {b}", low + high),
            (f"(({a} * {factor} + {b}) & 0xffff)", (low * factor + high) & 0xFFFF),
        )
    )
    return Gate(
        register=number,
        unmet=f"{test} != {value:#x}",
        opening=(Call(operation=0, values=(low,)), Call(operation=1, values=(high,))),
    )


def close_behind(author: Author, feature: Feature, gates: Sequence[Gate]) -> Feature:
    """Put one of the feature's operations behind gates: unmet, it does nothing."""
    if not gates:
        return feature
    chosen = author.stream.choice(feature.gated)
    conditions = [gate.unmet for gate in gates]
    lines: list[Line] = []
    if author.stream.chance(1, 2):
        joined = " || ".join(conditions)
        lines += author.guard(joined, feature.noun, action=author.success)
    else:
        for condition in conditions:
            lines += author.guard(condition, feature.noun, action=author.success)
    operations = list(feature.operations)
    operations[chosen] = replace(operations[chosen], body=(*lines, *operations[chosen].body))
    return replace(feature, operations=tuple(operations))
