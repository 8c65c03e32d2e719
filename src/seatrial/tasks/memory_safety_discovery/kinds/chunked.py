"""A picture file of tagged chunks, each with its length."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import (
    C_TYPES,
    WIDTHS,
    Encoder,
    Entry,
    Frame,
    Step,
    big,
    little,
)
from seatrial.tasks.memory_safety_discovery.kinds.readers import integer_reader
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_HEAD_BYTES = 8  # tag and length


_NOUNS = """
palette gamma tile histogram caption thumbnail profile overlay layer sprite mask
offset_map frame swatch dither outline texture border stamp crop_box vignette channel
kernel anchor
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkedImage:
    """Chunks with four-letter tags and 32-bit lengths."""

    title: str = "reader of a chunked picture format"
    prefix: str = "img"
    suffix: str = "pic"
    textual: bool = False
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw tags, byte order and padding, and write the reader."""
        stream = author.stream
        big_endian, tag_first, padded = (stream.chance(1, 2) for _ in range(3))
        tags = _tags(author, entries)
        get16, get32 = (integer_reader(author, width=w, big_endian=big_endian) for w in (2, 4))
        functions = [_entry(author, entry, get16, get32) for entry in entries]
        driver = _driver(
            author, entries, tags, get32, big_endian=big_endian, tag_first=tag_first, padded=padded
        )

        def encode(steps: Sequence[Step]) -> bytes:
            put = big if big_endian else little
            out = b""
            for step in steps:
                arguments = entries[step.entry].operation.arguments
                payload = b"".join(
                    value if isinstance(value, bytes) else put(value, WIDTHS[argument.kind])
                    for argument, value in zip(arguments, step.values, strict=True)
                )
                head = (tags[step.entry], put(len(payload), 4))
                out += b"".join(head if tag_first else head[::-1]) + payload
                out += b"\0" if padded and len(payload) % 2 else b""
            return out

        encoder: Encoder = encode
        return Frame(
            types=(),
            helpers=(get16, get32),
            entries=tuple(functions),
            driver=driver,
            encode=encoder,
        )


def _tags(author: Author, entries: Sequence[Entry]) -> list[bytes]:
    tags: list[bytes] = []
    for entry in entries:
        base = (entry.noun.replace("_", "")[:3] + entry.operation.verb[0]).upper()
        tag = base.encode()
        while tag in tags:
            tag = tag[:2] + bytes(author.stream.choice(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in "12")
        tags.append(tag)
    return tags


def _entry(author: Author, entry: Entry, get16: Function, get32: Function) -> Function:
    p, n = author.names.local("input"), author.names.local("size")
    arguments = entry.operation.arguments
    fixed = sum(WIDTHS.get(a.kind, 0) for a in arguments)
    lines: list[Line] = []
    if fixed or not arguments:
        exact = arguments and arguments[-1].kind != "blob" and author.stream.chance(1, 2)
        if fixed:
            lines += author.guard(f"{n} {'!=' if exact else '<'} {fixed}", entry.noun)
    at = 0
    for argument in arguments:
        here = f"{p} + {at}" if at else p
        name, width = argument.name, WIDTHS.get(argument.kind, 0)
        if argument.kind == "blob":
            rest = f"{n} - {at}" if at else n
            lines += code(
                f"const uint8_t *{name} = {here};", f"size_t {author.names.local('len')} = {rest};"
            )
        else:
            read = {1: f"{p}[{at}]", 2: f"{get16.name}({here})", 4: f"{get32.name}({here})"}[width]
            cast = "(int16_t)" if argument.kind == "s16" else ""
            lines += code(f"{C_TYPES[argument.kind]} {name} = {cast}{read};")
        at += width
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}"
        f"({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author,
    entries: Sequence[Entry],
    tags: list[bytes],
    get32: Function,
    *,
    big_endian: bool,
    tag_first: bool,
    padded: bool,
) -> tuple[Function, ...]:
    names, stream = author.names, author.stream
    p, n = names.local("input"), names.local("size")
    tag, size, at = names.shared("tag"), names.shared("chunk", "size"), names.local("offset")
    order = stream.shuffled(range(len(entries)))
    call = author.arguments(p, n)
    result = names.shared("result")
    find = names.function("handle", "chunk")
    statics: tuple[str, ...] = ()
    body: list[Line] = []
    parameters = author.parameters(f"const uint8_t *{tag}", f"const uint8_t *{p}", f"size_t {n}")
    if author.style.dispatch == 0:
        for k in order:
            body += code(
                f'if (memcmp({tag}, "{tags[k].decode()}", 4) == 0)',
                f"return {entries[k].name}({call});",
            )
    elif author.style.dispatch == 1:
        rows = ", ".join(f'{{ "{tags[k].decode()}", {entries[k].name} }}' for k in order)
        table, i = names.shared("handlers"), names.local("i")
        types = author.parameters("const uint8_t *", "size_t")
        row = f"struct {{ const char *tag; {author.result} (*take)({types}); }}"
        statics = (f"static const {row} {table}[] = {{ {rows} }};",)
        body += author.loop(
            f"sizeof({table}) / sizeof({table}[0])",
            code(
                f"if (memcmp({table}[{i}].tag, {tag}, 4) == 0)",
                f"return {table}[{i}].take({call});",
            ),
        )
    else:
        body += code(f"switch ({get32.name}({tag})) {{")
        for k in order:
            number = int.from_bytes(tags[k], "big" if big_endian else "little")
            body += code(f"case 0x{number:08x}:", f"return {entries[k].name}({call});")
        body += code("default:", "break;", "}")
    body += code(author.success)
    handle = Function(
        name=find, head=f"{author.result} {find}({parameters})", body=tuple(body), statics=statics
    )
    run = names.function("read", "chunks")
    tag_at, size_at = (0, 4) if tag_first else (4, 0)
    step = f"{size} + ({size} & 1)" if padded else size
    loop = [
        *code(f"while ({n} - {at} >= {_HEAD_BYTES}) {{"),
        *code(
            f"const uint8_t *{tag} = {p} + {at} + {tag_at};",
            f"uint32_t {size} = {get32.name}({p} + {at} + {size_at});",
            f"{at} += {_HEAD_BYTES};",
        ),
        *author.guard(f"{size} > {n} - {at}", "chunk"),
        *code(
            f"{author.result} {result} = {find}({author.arguments(tag, f'{p} + {at}', size)});",
            f"if ({author.failed(result)}) return {result};",
            f"{at} += {step};",
            f"if ({at} > {n}) {at} = {n};" if padded else f"{author.state}{author.digest}++;",
            "}",
        ),
    ]
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=(*code(f"size_t {at} = 0;"), *loop, *code(author.success)),
        private=False,
    )
    return handle, drive
