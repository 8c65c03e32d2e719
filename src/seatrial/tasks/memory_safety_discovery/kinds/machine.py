"""A small stack machine: a pool of constants, then code."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import (
    C_TYPES,
    Entry,
    Frame,
    Step,
    big,
    little,
)
from seatrial.tasks.memory_safety_discovery.kinds.readers import integer_reader
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_STACK = 32  # values the machine holds; more than any operation takes
_POOL = 64  # constants a program may have


_NOUNS = """
register_file timer port sensor motor display queue latch mailbox counter_bank relay gauge
servo banner recipe alarm_list sequence pin map valve label journal fuse pattern
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    stack: str
    depth: str
    fault: str
    constant: str
    sizes: str
    constants: str
    push: Function
    pop: Function


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMachine:
    """Programs of a small stack machine."""

    title: str = "interpreter of a small stack machine"
    prefix: str = "vm"
    suffix: str = "bin"
    textual: bool = False
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw opcodes and layout, and write the interpreter."""
        stream = author.stream
        big_endian = stream.chance(1, 2)
        codes = stream.sample(range(16, 250), len(entries))
        push8, push16, add, dup, drop, halt = stream.sample(range(1, 16), 6)
        get16 = integer_reader(author, width=2, big_endian=big_endian)
        machine = _machine(author)
        functions = [_entry(author, entry, machine) for entry in entries]
        base = {"push8": push8, "push16": push16, "add": add, "dup": dup, "drop": drop}
        driver = _driver(
            author, entries, codes, machine=machine, get16=get16, base={**base, "halt": halt}
        )
        put = big if big_endian else little

        def encode(steps: Sequence[Step]) -> bytes:
            pool: list[bytes] = []
            out = b""
            for step in steps:
                # Operations pop their last argument first.
                for value in step.values:
                    if isinstance(value, bytes):
                        if value not in pool:
                            pool.append(value)
                        value = pool.index(value)  # noqa: PLW2901 - a blob is pushed by its place
                    small = 0 <= value < 256  # noqa: PLR2004 - one byte
                    out += bytes([push8 if small else push16])
                    out += bytes([value]) if small else put(value, 2)
                out += bytes([codes[step.entry]])
            constants = b"".join(put(len(blob), 2) + blob for blob in pool)
            return bytes([len(pool)]) + constants + out + bytes([halt])

        return Frame(
            types=(),
            helpers=(get16, machine.push, machine.pop),
            entries=tuple(functions),
            driver=driver,
            encode=encode,
            fields=(
                f"int32_t {machine.stack}[{_STACK}];",
                f"size_t {machine.depth};",
                f"int {machine.fault};",
                f"const uint8_t *{machine.constant}[{_POOL}];",
                f"size_t {machine.sizes}[{_POOL}];",
                f"size_t {machine.constants};",
            ),
        )


def _machine(author: Author) -> _Machine:
    names, own = author.names, author.state
    stack, depth, fault = (names.variable(n) for n in ("stack", "sp", "fault"))
    constant, sizes = names.shared("constant"), names.shared("constant", "size")
    constants = names.shared("constants")
    push, pop = names.function("push"), names.function("pop")
    value = names.local("value")
    return _Machine(
        stack=stack,
        depth=depth,
        fault=fault,
        constant=constant,
        sizes=sizes,
        constants=constants,
        push=Function(
            name=push,
            head=f"void {push}({author.parameters(f'int32_t {value}')})",
            body=tuple(
                code(
                    f"if ({own}{depth} < {_STACK}) {own}{stack}[{own}{depth}++] = {value};",
                    f"else {own}{fault} = 1;",
                )
            ),
            private=False,
        ),
        pop=Function(
            name=pop,
            head=f"int32_t {pop}({author.parameters()})",
            body=tuple(
                code(
                    f"if ({own}{depth} > 0) return {own}{stack}[--{own}{depth}];",
                    f"{own}{fault} = 1;",
                    "return 0;",
                )
            ),
            private=False,
        ),
    )


def _entry(author: Author, entry: Entry, machine: _Machine) -> Function:
    own, length, which = author.state, author.names.local("len"), author.names.shared("which")
    pop = f"{machine.pop.name}({author.arguments()})"
    lines: list[Line] = []
    blobs = [a for a in entry.operation.arguments if a.kind == "blob"]
    for argument in reversed(entry.operation.arguments):
        if argument.kind == "blob":
            lines += code(f"uint32_t {which} = (uint32_t){pop};")
        else:
            kind = "int16_t" if argument.kind == "s16" else C_TYPES[argument.kind]
            lines += code(f"{C_TYPES[argument.kind]} {argument.name} = ({kind}){pop};")
    absent = f" || {which} >= {own}{machine.constants}" if blobs else ""
    if entry.operation.arguments:
        lines += author.guard(f"{own}{machine.fault}{absent}", entry.noun)
    for blob in blobs:
        lines += code(
            f"const uint8_t *{blob.name} = {own}{machine.constant}[{which}];",
            f"size_t {length} = {own}{machine.sizes}[{which}];",
        )
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}({author.parameters()})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author,
    entries: Sequence[Entry],
    codes: list[int],
    *,
    machine: _Machine,
    get16: Function,
    base: dict[str, int],
) -> tuple[Function, ...]:
    names, stream, own = author.names, author.stream, author.state
    p, n, at = names.local("input"), names.local("size"), names.local("offset")
    count, i, length = names.local("count"), names.local("i"), names.local("len")
    push, pop = machine.push.name, f"{machine.pop.name}({author.arguments()})"
    pool = names.function("load", "constants")
    load = Function(
        name=pool,
        head=f"{author.result} {pool}("
        + author.parameters(f"const uint8_t *{p}", f"size_t {n}", f"size_t *{at}")
        + ")",
        body=(
            *author.guard(f"{n} == 0 || {p}[0] > {_POOL}", "pool"),
            *code(f"size_t {count} = {p}[0];", f"*{at} = 1;"),
            *author.loop(
                count,
                [
                    *author.guard(f"{n} - *{at} < 2", "pool"),
                    *code(f"size_t {length} = {get16.name}({p} + *{at});", f"*{at} += 2;"),
                    *author.guard(f"{length} > {n} - *{at}", "constant"),
                    *code(
                        f"{own}{machine.constant}[{i}] = {p} + *{at};",
                        f"{own}{machine.sizes}[{i}] = {length};",
                        f"*{at} += {length};",
                    ),
                ],
            ),
            *code(f"{own}{machine.constants} = {count};", author.success),
        ),
    )
    opcode, operation = names.shared("opcode"), names.function("execute")
    order = stream.shuffled(range(len(entries)))
    statics: tuple[str, ...] = ()
    found: list[Line] = []
    if author.style.dispatch == 1:
        table = names.shared("operations")
        rows = ", ".join(f"[{codes[k]}] = {entries[k].name}" for k in order)
        types = author.parameters()
        statics = (f"static {author.result} (*const {table}[256])({types}) = {{ {rows} }};",)
        found += author.guard(f"{table}[{opcode}] == NULL", "opcode")
        found += code(f"return {table}[{opcode}]({author.arguments()});")
    else:
        found += code(f"switch ({opcode}) {{")
        for k in order:
            found += code(f"case 0x{codes[k]:02x}: return {entries[k].name}({author.arguments()});")
        found += code("default:", author.failure("opcode"), "}")
    execute = Function(
        name=operation,
        head=f"{author.result} {operation}({author.parameters(f'uint8_t {opcode}')})",
        body=tuple(found),
        statics=statics,
    )
    steps: dict[str, list[Line]] = {
        "push8": [
            *author.guard(f"{at} >= {n}", "operand"),
            *code(f"{push}({author.arguments(f'{p}[{at}]')});", f"{at}++;"),
        ],
        "push16": [
            *author.guard(f"{n} - {at} < 2", "operand"),
            *code(
                f"{push}({author.arguments(f'(int16_t){get16.name}({p} + {at})')});", f"{at} += 2;"
            ),
        ],
        "add": code(
            f"{push}({author.arguments(f'(int32_t)((uint32_t){pop} + (uint32_t){pop})')});"
        ),
        "dup": code(
            f"int32_t {names.local('value')} = {pop};",
            *[f"{push}({author.arguments(names.local('value'))});"] * 2,
        ),
        "drop": code(f"(void){pop};"),
        "halt": code(author.success),
    }
    body: list[Line] = []
    for place, name in enumerate(stream.shuffled(tuple(steps))):
        body += code(f"{'} else ' if place else ''}if ({opcode} == {base[name]}) {{")
        body += steps[name]
    body += code("} else {")
    body += author.guard(author.failed(f"{operation}({author.arguments(opcode)})"), "instruction")
    body += code("}")
    body += author.guard(f"{own}{machine.fault}", "stack")
    run = names.function("interpret")
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=(
            *code(f"size_t {at} = 0;"),
            *author.guard(author.failed(f"{pool}({author.arguments(p, n, f'&{at}')})"), "pool"),
            *code(f"while ({at} < {n}) {{", f"uint8_t {opcode} = {p}[{at}++];"),
            *body,
            *code("}", author.success),
        ),
        private=False,
    )
    return load, execute, drive
