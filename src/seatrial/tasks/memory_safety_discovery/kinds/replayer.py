"""A store's log, replayed record by record: variable-length integers, later records win."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import C_TYPES, Entry, Frame, Step
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_CONTINUES = 0x80  # bit of a byte that is not an integer's last


_NOUNS = """
segment bucket tombstone snapshot replica shard cell row family cluster page ledger_line
fence extent batch keyspace digest_row watermark range delta spool vault summary partition
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReplayer:
    """The log of a small key-value store."""

    title: str = "replayer of a small store's log"
    prefix: str = "log"
    suffix: str = "wal"
    textual: bool = False
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw record codes and framing, and write the replayer."""
        stream = author.stream
        marked = stream.chance(1, 2)
        mark = stream.between(0xA0, 0xFE)
        codes = stream.sample(range(1, 100), len(entries))
        number, text = _number(author), _text(author)
        functions = [_entry(author, entry, number, text) for entry in entries]
        driver = _driver(author, entries, codes, number, mark if marked else None)

        def encode(steps: Sequence[Step]) -> bytes:
            out = b""
            for step in steps:
                body = b""
                for value in step.values:
                    if isinstance(value, bytes):
                        body += _varint(len(value)) + value
                    else:
                        body += _varint(value % (1 << 16) if value < 0 else value)
                out += bytes([mark]) if marked else b""
                out += _varint(codes[step.entry]) + _varint(len(body)) + body
            return out

        return Frame(
            types=(),
            helpers=(number, text),
            entries=tuple(functions),
            driver=driver,
            encode=encode,
        )


def _varint(value: int) -> bytes:
    out = b""
    while value >= _CONTINUES:
        out += bytes([value % _CONTINUES | _CONTINUES])
        value //= _CONTINUES
    return out + bytes([value])


def _number(author: Author) -> Function:
    names = author.names
    name = names.function(author.stream.choice(("varint", "number", "integer")))
    at, stop, value, shift = (names.shared(w) for w in ("at", "stop", "out", "shift"))
    byte = names.shared("octet")
    return Function(
        name=name,
        head=f"{author.result} {name}(const uint8_t **{at}, const uint8_t *{stop}, "
        f"uint32_t *{value})",
        body=(
            *code(f"*{value} = 0;"),
            *code(f"for (unsigned {shift} = 0; {shift} < 28; {shift} += 7) {{"),
            *author.guard(f"*{at} == {stop}", "integer"),
            *code(
                f"uint8_t {byte} = *(*{at})++;",
                f"*{value} |= (uint32_t)({byte} & 0x7f) << {shift};",
                f"if (({byte} & 0x80) == 0) {author.success}",
                "}",
                author.failure("integer"),
            ),
        ),
        private=False,
    )


def _text(author: Author) -> Function:
    names = author.names
    name = names.function(author.stream.choice(("bytes", "string", "run")), "of")
    at, stop, count = names.shared("where"), names.shared("finish"), names.shared("wanted")
    here = names.shared("here")
    return Function(
        name=name,
        head=f"const uint8_t *{name}(const uint8_t **{at}, const uint8_t *{stop}, size_t {count})",
        body=tuple(
            code(
                f"const uint8_t *{here} = *{at};",
                f"if ({count} > (size_t)({stop} - {here})) return NULL;",
                f"*{at} += {count};",
                f"return {here};",
            )
        ),
        private=False,
    )


def _entry(author: Author, entry: Entry, number: Function, text: Function) -> Function:
    names = author.names
    at, stop, length = names.local("input"), names.local("size"), names.local("len")
    lines: list[Line] = []
    raw = names.shared("raw")
    if entry.operation.arguments:
        lines += code(f"uint32_t {raw} = 0;")
    for argument in entry.operation.arguments:
        read = author.failed(f"{number.name}(&{at}, {stop}, &{raw})")
        lines += author.guard(read, entry.noun)
        if argument.kind == "blob":
            lines += code(
                f"size_t {length} = {raw};",
                f"const uint8_t *{argument.name} = {text.name}(&{at}, {stop}, {length});",
            )
            lines += author.guard(f"{argument.name} == NULL", entry.noun)
        else:
            kind = "int16_t" if argument.kind == "s16" else C_TYPES[argument.kind]
            lines += code(f"{C_TYPES[argument.kind]} {argument.name} = ({kind}){raw};")
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}"
        f"({author.parameters(f'const uint8_t *{at}', f'const uint8_t *{stop}')})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author,
    entries: Sequence[Entry],
    codes: list[int],
    number: Function,
    mark: int | None,
) -> tuple[Function, ...]:
    names, stream = author.names, author.stream
    p, n = names.local("input"), names.local("size")
    code_, size, stop = names.shared("op"), names.shared("body", "size"), names.shared("end")
    apply = names.function("apply", "record")
    call = author.arguments(p, stop)
    order = stream.shuffled(range(len(entries)))
    body: list[Line] = []
    statics: tuple[str, ...] = ()
    if author.style.dispatch == 1:
        table, i = names.shared("records"), names.local("i")
        types = author.parameters("const uint8_t *", "const uint8_t *")
        rows = ", ".join(f"{{ {codes[k]}, {entries[k].name} }}" for k in order)
        row = f"struct {{ uint32_t op; {author.result} (*apply)({types}); }}"
        statics = (f"static const {row} {table}[] = {{ {rows} }};",)
        body += author.loop(
            f"sizeof({table}) / sizeof({table}[0])",
            code(f"if ({table}[{i}].op == {code_}) return {table}[{i}].apply({call});"),
        )
    elif author.style.dispatch == 2:  # noqa: PLR2004 - one of the three manners
        body += code(f"switch ({code_}) {{")
        for k in order:
            body += code(f"case {codes[k]}: return {entries[k].name}({call});")
        body += code("}")
    else:
        for place, k in enumerate(order):
            body += code(
                f"{'else ' if place else ''}if ({code_} == {codes[k]})",
                f"return {entries[k].name}({call});",
            )
    body += code(author.success)
    finder = Function(
        name=apply,
        head=f"{author.result} {apply}("
        + author.parameters(f"uint32_t {code_}", f"const uint8_t *{p}", f"const uint8_t *{stop}")
        + ")",
        body=tuple(body),
        statics=statics,
    )
    run = names.function("replay")
    last = names.shared("last")
    lines: list[Line] = [*code(f"const uint8_t *{last} = {p} + {n};", f"while ({p} < {last}) {{")]
    if mark is not None:
        lines += author.guard(f"*{p} != 0x{mark:02x}", "marker")
        lines += code(f"{p}++;")
    lines += [
        *code(f"uint32_t {code_} = 0;", f"uint32_t {size} = 0;"),
        *author.guard(author.failed(f"{number.name}(&{p}, {last}, &{code_})"), "record"),
        *author.guard(author.failed(f"{number.name}(&{p}, {last}, &{size})"), "record"),
        *author.guard(f"{size} > (size_t)({last} - {p})", "record"),
        *author.guard(
            author.failed(f"{apply}({author.arguments(code_, p, f'{p} + {size}')})"), "record"
        ),
        *code(f"{p} += {size};", "}", author.success),
    ]
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=tuple(lines),
        private=False,
    )
    return finder, drive
