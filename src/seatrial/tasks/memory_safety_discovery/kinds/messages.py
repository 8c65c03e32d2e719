"""A session of type-length-value messages, read through a cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import (
    C_TYPES,
    WIDTHS,
    Entry,
    Frame,
    Step,
    big,
    little,
)
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_NOUNS = """
route peer window lease ticket beacon group relay metric tunnel zone quota hop cookie
neighbor policy bundle invite roster stream_id probe filter ballot carrier
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    type: str
    at: str
    left: str
    bad: str
    get: tuple[Function, Function, Function]  # 1, 2 and 4 bytes
    take: Function


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSession:
    """A recorded session of a small network protocol."""

    title: str = "decoder of recorded sessions of a message protocol"
    prefix: str = "ses"
    suffix: str = "cap"
    textual: bool = False
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw message types, the greeting and byte order, and write the decoder."""
        stream = author.stream
        big_endian, flagged, counted = (stream.chance(1, 2) for _ in range(3))
        kinds = stream.sample(range(2, 120), len(entries) + 1)
        version = stream.between(1, 9)
        cursor = _cursor(author, big_endian=big_endian)
        functions = [_entry(author, entry, cursor) for entry in entries]
        greeted = author.names.shared("greeted")
        driver = _driver(
            author,
            entries,
            kinds,
            cursor=cursor,
            greeted=greeted,
            version=version,
            flagged=flagged,
        )
        put = big if big_endian else little

        def frame(kind: int, payload: bytes, number: int) -> bytes:
            flags = bytes([(number * 7) % 256]) if flagged else b""
            return bytes([kind]) + flags + put(len(payload), 2) + payload

        def encode(steps: Sequence[Step]) -> bytes:
            out = frame(kinds[-1], bytes([version]) + (b"\x00" if counted else b""), 0)
            for number, step in enumerate(steps, 1):
                payload = b""
                arguments = entries[step.entry].operation.arguments
                for argument, value in zip(arguments, step.values, strict=True):
                    if isinstance(value, bytes):
                        payload += put(len(value), 2) + value
                    else:
                        payload += put(value, WIDTHS[argument.kind])
                out += frame(kinds[step.entry], payload, number)
            return out

        return Frame(
            types=(
                (
                    f"struct {cursor.type} {{",
                    f"const uint8_t *{cursor.at};",
                    f"size_t {cursor.left};",
                    f"int {cursor.bad};",
                    "};",
                ),
            ),
            helpers=(cursor.take, *cursor.get),
            entries=tuple(functions),
            driver=driver,
            encode=encode,
            fields=(f"int {greeted};",),
        )


def _cursor(author: Author, *, big_endian: bool) -> _Cursor:
    names, stream = author.names, author.stream
    kind = names.type(stream.choice(("cursor", "span", "view")))
    at, left, bad = names.shared("at"), names.shared("left"), names.shared("bad")
    c, n, p = names.local("cursor"), names.local("size"), names.local("input")
    take_name = names.function(stream.choice(("take", "grab", "consume")))
    take = Function(
        name=take_name,
        head=f"const uint8_t *{take_name}(struct {kind} *{c}, size_t {n})",
        body=tuple(
            code(
                f"const uint8_t *{p} = {c}->{at};",
                f"if ({c}->{bad} || {n} > {c}->{left}) {{",
                f"{c}->{bad} = 1;",
                "return NULL;",
                "}",
                f"{c}->{at} += {n};",
                f"{c}->{left} -= {n};",
                f"return {p};",
            )
        ),
        private=False,
    )
    readers = []
    for width in (1, 2, 4):
        bits = 8 * width
        name = names.function(stream.choice(("next", "get")), f"u{bits}")
        shifts = range(width - 1, -1, -1) if big_endian else range(width)
        value = " | ".join(
            f"(uint32_t){p}[{i}]" + (f" << {8 * shift}" if shift else "")
            for i, shift in enumerate(shifts)
        )
        readers.append(
            Function(
                name=name,
                head=f"uint{bits}_t {name}(struct {kind} *{c})",
                body=tuple(
                    code(
                        f"const uint8_t *{p} = {take_name}({c}, {width});",
                        f"return {p} == NULL ? 0 : (uint{bits}_t)({value});",
                    )
                ),
                private=False,
            )
        )
    one, two, four = readers
    return _Cursor(type=kind, at=at, left=left, bad=bad, get=(one, two, four), take=take)


def _entry(author: Author, entry: Entry, cursor: _Cursor) -> Function:
    c, length = author.names.local("cursor"), author.names.local("len")
    readers = dict(zip((1, 2, 4), cursor.get, strict=True))
    lines: list[Line] = []
    for argument in entry.operation.arguments:
        if argument.kind == "blob":
            lines += code(
                f"size_t {length} = {readers[2].name}({c});",
                f"const uint8_t *{argument.name} = {cursor.take.name}({c}, {length});",
            )
        else:
            cast = "(int16_t)" if argument.kind == "s16" else ""
            read = f"{readers[WIDTHS[argument.kind]].name}({c})"
            lines += code(f"{C_TYPES[argument.kind]} {argument.name} = {cast}{read};")
    if author.stream.chance(1, 2):
        lines += author.guard(f"{c}->{cursor.bad}", entry.noun)
    else:
        lines += author.guard(f"{c}->{cursor.bad} || {c}->{cursor.left} != 0", entry.noun)
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}({author.parameters(f'struct {cursor.type} *{c}')})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author,
    entries: Sequence[Entry],
    kinds: list[int],
    *,
    cursor: _Cursor,
    greeted: str,
    version: int,
    flagged: bool,
) -> tuple[Function, ...]:
    names, stream = author.names, author.stream
    c, own = names.local("cursor"), author.state
    kind, inner = names.shared("kind"), names.shared("message")
    outer, start = names.shared("whole"), names.shared("start")
    one, two, _ = cursor.get
    hello = names.function("on", stream.choice(("hello", "greeting", "open")))
    greet = Function(
        name=hello,
        head=f"{author.result} {hello}({author.parameters(f'struct {cursor.type} *{c}')})",
        body=(
            *author.guard(f"{one.name}({c}) != {version} || {c}->{cursor.bad}", "greeting"),
            *code(f"{own}{greeted} = 1;", author.success),
        ),
    )
    find = names.function("deliver")
    body: list[Line] = []
    order = stream.shuffled(range(len(entries)))
    statics: tuple[str, ...] = ()
    if author.style.dispatch == 1:
        table = names.shared("receivers")
        types = author.parameters(f"struct {cursor.type} *")
        rows = ", ".join(f"[{kinds[k]}] = {entries[k].name}" for k in order)
        statics = (f"static {author.result} (*const {table}[128])({types}) = {{ {rows} }};",)
        body += code(
            f"if ({kind} >= 128 || {table}[{kind}] == NULL) {author.success}",
            f"return {table}[{kind}]({author.arguments(c)});",
        )
    else:
        body += code(f"switch ({kind}) {{")
        for k in order:
            body += code(f"case {kinds[k]}:", f"return {entries[k].name}({author.arguments(c)});")
        body += code("default:", author.success, "}")
    deliver = Function(
        name=find,
        head=f"{author.result} {find}"
        f"({author.parameters(f'uint8_t {kind}', f'struct {cursor.type} *{c}')})",
        body=tuple(body),
        statics=statics,
    )
    run = names.function("replay", "session")
    p, n = names.local("input"), names.local("size")
    flags = [f"(void){one.name}(&{outer});"] if flagged else []
    loop = [
        *code(f"while ({outer}.{cursor.left} > 0) {{"),
        *code(f"uint8_t {kind} = {one.name}(&{outer});", *flags),
        *code(
            f"size_t {names.local('len')} = {two.name}(&{outer});",
            f"const uint8_t *{start} = {cursor.take.name}(&{outer}, {names.local('len')});",
        ),
        *author.guard(f"{start} == NULL", "frame"),
        *code(f"struct {cursor.type} {inner} = {{ {start}, {names.local('len')}, 0 }};"),
        *code(f"if ({kind} == {kinds[-1]}) {{"),
        *author.guard(author.failed(f"{hello}({author.arguments(f'&{inner}')})"), "greeting"),
        *code("} else {"),
        *author.guard(f"!{own}{greeted}", "order"),
        *author.guard(author.failed(f"{find}({author.arguments(kind, f'&{inner}')})"), "message"),
        *code("}", "}"),
    ]
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=(
            *code(f"struct {cursor.type} {outer} = {{ {p}, {n}, 0 }};"),
            *loop,
            *code(author.success),
        ),
        private=False,
    )
    return greet, deliver, drive
