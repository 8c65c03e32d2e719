"""An archive with text headers of fixed width, octal or hexadecimal, and padded members."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import C_TYPES, Entry, Frame, Step
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_FIELDS = 3  # numbers in a header before the size; no operation takes more


_NOUNS = """
member link owner volume sparse_map checksum_list manifest_row comment device label_set
extent_run alias trailer index_row patch_set hole directory mount era signature_row xattr
chapter reel supplement
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    base: int
    width: int
    pad: int
    kind_bytes: int = 2

    @property
    def header(self) -> int:
        return self.kind_bytes + (_FIELDS + 1) * self.width + 1

    def number(self, value: int) -> bytes:
        text = f"{value:o}" if self.base == 8 else f"{value:x}"  # noqa: PLR2004 - octal
        return text.rjust(self.width, "0").encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    type: str
    numbers: str
    body: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLister:
    """A little archive format in the manner of old tape formats."""

    title: str = "lister of a small archive format"
    prefix: str = "arc"
    suffix: str = "arc"
    textual: bool = True
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw the header's layout and member kinds, and write the lister."""
        stream = author.stream
        layout = _Layout(
            base=stream.choice((8, 16)), width=stream.between(6, 9), pad=stream.choice((1, 2, 4, 8))
        )
        kinds = _kinds(author, entries)
        names = author.names
        member = _Member(
            type=names.type(stream.choice(("header", "item_head", "part"))),
            numbers=names.shared("num"),
            body=names.shared("body"),
            size=names.shared("size"),
        )
        number = _number(author, layout)
        functions = [_entry(author, entry, member) for entry in entries]
        driver = _driver(author, entries, kinds, layout=layout, member=member, number=number)

        def encode(steps: Sequence[Step]) -> bytes:
            out = b""
            for step in steps:
                numbers = [v % 65536 for v in step.values if not isinstance(v, bytes)]
                blob = b"".join(v for v in step.values if isinstance(v, bytes))
                numbers += [0] * (_FIELDS - len(numbers)) + [len(blob)]
                head = b"".join(layout.number(value) for value in numbers)
                out += kinds[step.entry] + head + b"\n" + blob
                out += b"\0" * (-len(blob) % layout.pad)
            return out

        return Frame(
            types=(
                (
                    f"struct {member.type} {{",
                    f"uint32_t {member.numbers}[{_FIELDS}];",
                    f"const uint8_t *{member.body};",
                    f"size_t {member.size};",
                    "};",
                ),
            ),
            helpers=(number,),
            entries=tuple(functions),
            driver=driver,
            encode=encode,
        )


def _kinds(author: Author, entries: Sequence[Entry]) -> list[bytes]:
    kinds: list[bytes] = []
    for entry in entries:
        kind = (entry.noun[0] + entry.operation.verb[0]).encode()
        while kind in kinds:
            kind = bytes(author.stream.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(2))
        kinds.append(kind)
    return kinds


def _number(author: Author, layout: _Layout) -> Function:
    names = author.names
    name = names.function(author.stream.choice(("octal", "field", "digits"))[:5], "value")
    p, value, digit, i = (names.local(r) for r in ("input", "total", "value", "i"))
    octal = layout.base == 8  # noqa: PLR2004 - octal
    one = (
        code(f"if ({digit} < '0' || {digit} > '7') return 0;", f"{digit} -= '0';")
        if octal
        else code(
            f"if ({digit} >= 'a' && {digit} <= 'f') {digit} -= 'a' - 10;",
            f"else if ({digit} >= '0' && {digit} <= '9') {digit} -= '0';",
            "else return 0;",
        )
    )
    body = (
        *code(f"uint32_t {value} = 0;"),
        *author.loop(
            str(layout.width),
            [
                *code(f"int {digit} = {p}[{i}];"),
                *one,
                *code(f"{value} = {value} * {layout.base}u + (uint32_t){digit};"),
            ],
        ),
        *code(f"return {value};"),
    )
    return Function(name=name, head=f"uint32_t {name}(const uint8_t *{p})", body=body)


def _entry(author: Author, entry: Entry, member: _Member) -> Function:
    names = author.names
    m, length = names.local("cursor"), names.local("len")
    lines: list[Line] = []
    place = 0
    for argument in entry.operation.arguments:
        if argument.kind == "blob":
            lines += code(
                f"const uint8_t *{argument.name} = {m}->{member.body};",
                f"size_t {length} = {m}->{member.size};",
            )
        else:
            kind = "int16_t" if argument.kind == "s16" else C_TYPES[argument.kind]
            lines += code(
                f"{C_TYPES[argument.kind]} {argument.name} = "
                f"({kind}){m}->{member.numbers}[{place}];"
            )
            place += 1
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}"
        f"({author.parameters(f'const struct {member.type} *{m}')})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author,
    entries: Sequence[Entry],
    kinds: list[bytes],
    *,
    layout: _Layout,
    member: _Member,
    number: Function,
) -> tuple[Function, ...]:
    names, stream = author.names, author.stream
    p, n, m, i = (names.local(r) for r in ("input", "size", "cursor", "i"))
    kind = names.shared("kind")
    show = names.function(stream.choice(("list", "show", "visit")), "entry")
    order = stream.shuffled(range(len(entries)))
    call = author.arguments(m)
    body: list[Line] = []
    if author.style.dispatch == 0:
        first = dict.fromkeys(kinds[k][:1] for k in order)
        body += code(f"switch ({kind}[0]) {{")
        for letter in first:
            body += code(f"case '{letter.decode()}':")
            for k in order:
                if kinds[k][:1] == letter:
                    test = f"if ({kind}[1] == '{kinds[k][1:].decode()}')"
                    body += code(f"{test} return {entries[k].name}({call});")
            body += code("break;")
        body += code("default:", "break;", "}")
    else:
        for k in order:
            a, b = (chr(c) for c in kinds[k])
            test = f"{kind}[0] == '{a}' && {kind}[1] == '{b}'"
            body += code(f"if ({test}) return {entries[k].name}({call});")
    body += code(author.success)
    visit = Function(
        name=show,
        head=f"{author.result} {show}("
        + author.parameters(f"const uint8_t *{kind}", f"const struct {member.type} *{m}")
        + ")",
        body=tuple(body),
    )
    run, item, at = names.function("walk", "archive"), names.shared("item"), names.local("offset")
    step = f"({item}.{member.size} + {layout.pad - 1}) / {layout.pad} * {layout.pad}"
    first_number = layout.kind_bytes
    size_at = layout.kind_bytes + _FIELDS * layout.width
    lines: list[Line] = [
        *code(f"size_t {at} = 0;", f"while ({at} < {n}) {{"),
        *author.guard(f"{n} - {at} < {layout.header}", "header"),
        *author.guard(f"{p}[{at} + {layout.header - 1}] != '\\n'", "header"),
        *code(f"struct {member.type} {item};"),
        *author.loop(
            str(_FIELDS),
            code(
                f"{item}.{member.numbers}[{i}] = "
                f"{number.name}({p} + {at} + {first_number} + {i} * {layout.width});"
            ),
        ),
        *code(
            f"{item}.{member.size} = {number.name}({p} + {at} + {size_at});",
            f"{item}.{member.body} = {p} + {at} + {layout.header};",
        ),
        *author.guard(f"{item}.{member.size} > {n} - {at} - {layout.header}", "size"),
        *author.guard(
            author.failed(f"{show}({author.arguments(f'{p} + {at}', f'&{item}')})"), "entry"
        ),
        *code(f"{at} += {layout.header} + {step};", "}", author.success),
    ]
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=tuple(lines),
        private=False,
    )
    return visit, drive
