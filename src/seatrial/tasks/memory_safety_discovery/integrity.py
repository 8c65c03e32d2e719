"""Integrity fields of an input: magic, length, checksum; in C and in Python alike."""

from collections.abc import Callable
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.readers import integer_reader
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_MASK = 0xFFFFFFFF
_ADLER_MODULUS = 65521
_HEX_DIGITS = 8

Sum = Callable[[bytes], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Wraps a body in integrity fields; `check` is the C function that unwraps it.

    functions: in dependency order; the last is `check(p, n, &start, &stop)`. Empty: no fields.
    """

    functions: tuple[Function, ...]
    wrap: Callable[[bytes], bytes]


def make_envelope(author: Author, setting: str, *, textual: bool) -> Envelope:
    """Draw the fields of an integrity setting.

    setting: none, length, checksum or magic+checksum.
    """
    if setting == "none":
        return Envelope(functions=(), wrap=lambda body: body)
    fields = {"length": ["length"], "checksum": ["checksum"]}.get(setting, ["length", "checksum"])
    fields = author.stream.shuffled(fields)
    magic = _magic(author) if setting == "magic+checksum" else b""
    if textual and magic:
        magic += b"\n"
    names = author.names
    p, n = names.local("input"), names.local("size")
    start, stop = names.shared("start"), names.shared("stop")
    helpers: list[Function] = []
    big_endian = author.stream.chance(1, 2)
    reader = _hex_reader(author) if textual else _word_reader(author, big_endian=big_endian)
    helpers.append(reader)
    width = _HEX_DIGITS + 1 if textual else 4
    head = len(magic) + width * len(fields)
    lines: list[Line] = author.guard(f"{n} < {head}", "header")
    if magic:
        spelled = "".join(chr(c) if chr(c).isprintable() else f"\\{c:03o}" for c in magic)
        lines += author.guard(f'memcmp({p}, "{spelled}", {len(magic)}) != 0', "magic")
    lines += code(f"*{start} = {head};", f"*{stop} = {n};")
    sums: Sum = len
    for place, field in enumerate(fields):
        at = len(magic) + place * width
        read = f"{reader.name}({f'{p} + {at}' if at else p})"
        if field == "length":
            lines += author.guard(f"{read} != {n} - {head}", "length")
        else:
            summing, sums = _checksum(author)
            helpers.append(summing)
            lines += author.guard(
                f"{read} != {summing.name}({p} + {head}, {n} - {head})", "checksum"
            )
    name = names.function(author.stream.choice(("check", "verify", "validate")), "header")
    check = Function(
        name=name,
        head=f"{author.result} {name}(const uint8_t *{p}, size_t {n}, size_t *{start}, "
        f"size_t *{stop})",
        body=(*lines, *code(author.success)),
        private=False,
    )

    def wrap(body: bytes) -> bytes:
        out = magic
        for field in fields:
            value = len(body) if field == "length" else sums(body)
            if textual:
                out += f"{value:08x}\n".encode()
            else:
                out += value.to_bytes(4, "big" if big_endian else "little")
        return out + body

    return Envelope(functions=(*helpers, check), wrap=wrap)


def _magic(author: Author) -> bytes:
    return bytes(author.stream.choice(b"ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(4))


def _word_reader(author: Author, *, big_endian: bool) -> Function:
    return integer_reader(author, width=4, big_endian=big_endian)


def _hex_reader(author: Author) -> Function:
    names = author.names
    name = names.function("hex", author.stream.choice(("word", "value", "field")))
    p, value, digit, i = (names.local(r) for r in ("input", "total", "value", "i"))
    body = (
        *code(f"uint32_t {value} = 0;"),
        *author.loop(
            str(_HEX_DIGITS),
            code(
                f"uint32_t {digit} = {p}[{i}];",
                f"{digit} = {digit} >= 'a' ? {digit} - 'a' + 10 : {digit} - '0';",
                f"{value} = {value} << 4 | ({digit} & 15);",
            ),
        ),
        *code(f"return {value};"),
    )
    return Function(name=name, head=f"uint32_t {name}(const uint8_t *{p})", body=body)


def _checksum(author: Author) -> tuple[Function, Sum]:
    stream, names = author.stream, author.names
    name = names.function(stream.choice(("checksum", "crc", "sum", "hash")), "of")
    p, n, i, total = (names.local(r) for r in ("input", "size", "i", "total"))
    byte = f"{p}[{i}]"
    first = stream.below(1 << 32)
    sort = stream.choice(("fnv", "adler", "crc", "rotate", "times33"))
    before = code(f"uint32_t {total} = 0x{first:08x}u;")
    after = code(f"return {total};")
    if sort == "fnv":
        inner = code(f"{total} = ({total} ^ {byte}) * 16777619u;")
        step = _folding(first, lambda h, b: (h ^ b) * 16777619)
    elif sort == "times33":
        inner = code(f"{total} = {total} * 33u + {byte};")
        step = _folding(first, lambda h, b: h * 33 + b)
    elif sort == "rotate":
        turn = stream.choice((3, 5, 7, 11))
        inner = code(f"{total} = ({total} << {turn} | {total} >> {32 - turn}) ^ {byte};")
        step = _folding(first, lambda h, b: (h << turn | h >> (32 - turn)) ^ b)
    elif sort == "crc":
        polynomial = stream.choice((0xEDB88320, 0x82F63B78))
        bit = names.shared("bit")
        inner = code(
            f"{total} ^= {byte};",
            f"for (int {bit} = 0; {bit} < 8; {bit}++)",
            f"{total} = {total} & 1 ? {total} >> 1 ^ 0x{polynomial:08x}u : {total} >> 1;",
        )
        step = _folding(first, lambda h, b: _crc_byte(h ^ b, polynomial))
    else:
        low = stream.between(1, 60000)
        high = names.shared("upper")
        before = code(f"uint32_t {total} = {low};", f"uint32_t {high} = 0;")
        inner = code(
            f"{total} = ({total} + {byte}) % {_ADLER_MODULUS};",
            f"{high} = ({high} + {total}) % {_ADLER_MODULUS};",
        )
        after = code(f"return {high} << 16 | {total};")
        step = _adler(low)
    function = Function(
        name=name,
        head=f"uint32_t {name}(const uint8_t *{p}, size_t {n})",
        body=(*before, *author.loop(n, inner), *after),
    )
    return function, step


def _folding(first: int, step: Callable[[int, int], int]) -> Sum:
    def total(body: bytes) -> int:
        value = first
        for byte in body:
            value = step(value, byte) & _MASK
        return value

    return total


def _crc_byte(value: int, polynomial: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ polynomial if value & 1 else value >> 1
    return value


def _adler(low: int) -> Sum:
    def total(body: bytes) -> int:
        a, b = low, 0
        for byte in body:
            a = (a + byte) % _ADLER_MODULUS
            b = (b + a) % _ADLER_MODULUS
        return b << 16 | a

    return total
