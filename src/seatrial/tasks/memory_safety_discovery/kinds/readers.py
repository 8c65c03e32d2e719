"""C functions that read integers from bytes, in several manners."""

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.source import Function, code


def integer_reader(author: Author, *, width: int, big_endian: bool) -> Function:
    """Write `uintN_t f(const uint8_t *p)`. width in bytes: 2 or 4."""
    bits = 8 * width
    name = author.names.function(
        author.stream.choice(("get", "read", "load")),
        ("be" if big_endian else "le") + str(bits),
    )
    p, i = author.names.local("input"), author.names.local("i")
    kind = f"uint{bits}_t"
    order = range(width) if big_endian else range(width - 1, -1, -1)
    if author.stream.chance(1, 2):
        parts = [
            f"({kind}){p}[{at}]" + (f" << {8 * (width - 1 - place)}" if place < width - 1 else "")
            for place, at in enumerate(order)
        ]
        body = code(f"return ({kind})({' | '.join(parts)});")
    else:
        value = author.names.local("value")
        at = f"{p}[{i}]" if big_endian else f"{p}[{width - 1} - {i}]"
        body = [
            *code(f"{kind} {value} = 0;"),
            *author.loop(str(width), code(f"{value} = ({kind})({value} << 8 | {at});")),
            *code(f"return {value};"),
        ]
    return Function(
        name=name, head=f"{kind} {name}(const uint8_t *{p})", body=tuple(body), private=False
    )
