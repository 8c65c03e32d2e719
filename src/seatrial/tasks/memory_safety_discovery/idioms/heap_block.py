"""Blocks on the heap: appending (CWE-122), reading a window (CWE-125), sizing (CWE-680)."""

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Argument, Call, Feature, Operation
from seatrial.tasks.memory_safety_discovery.idioms.local_text import letters
from seatrial.tasks.memory_safety_discovery.source import Line, code, site

_WRITE = "heap-buffer-overflow WRITE"


def appended_block(author: Author, noun: str, *, planted: bool) -> Feature:
    """Open a block of some size and add to it; flaw: what is already there is not counted."""
    stream, local, names = author.stream, author.names.local, author.names
    data, length, count = local("data"), local("len"), local("count")
    block, cap, used = (names.variable(noun, part) for part in ("block", "room", "fill"))
    own = author.state
    limit = author.limit(stream.between(180, 900), noun, "bytes")
    appends = planted or stream.chance(1, 2)
    nothing = author.guard(f"{own}{block} == NULL", noun)
    if appends:
        left = stream.choice(
            (f"{length} > {own}{cap} - {own}{used}", f"{own}{used} + {length} > {own}{cap}")
        )
        guard = author.guard(left, noun, flawed=f"{length} > {own}{cap}" if planted else None)
        store = [
            site(f"memcpy({own}{block} + {own}{used}, {data}, {length});"),
            *code(f"{own}{used} += {length};"),
        ]
    else:
        guard = author.guard(f"{length} > {own}{cap}", noun)
        store = code(f"memcpy({own}{block}, {data}, {length});", f"{own}{used} = {length};")
    opened = (
        *author.guard(f"{count} == 0 || {author.above(count, limit, limit.value)}", noun),
        *code(f"free({own}{block});", f"{own}{block} = malloc({count});"),
        *nothing,
        *code(f"{own}{cap} = {count};", f"{own}{used} = 0;"),
    )
    added = (*nothing, *guard, *store, *code(author.fold(f"(uint32_t){own}{used}")))
    size = stream.between(14, 60)
    part = stream.between(size // 2 + 1, size - 2)

    def call(*lengths: int) -> tuple[Call, ...]:
        adds = (Call(operation=1, values=(letters(stream, n),)) for n in lengths)
        return (Call(operation=0, values=(size,)), *adds)

    return Feature(
        idiom="appended_block",
        noun=noun,
        weakness=122,
        shape="appends" if appends else "starts_over",
        report=_WRITE,
        operations=(
            Operation(
                verb=stream.choice(("open", "begin", "reserve", "alloc")),
                arguments=(Argument(kind="u16", name=count),),
                body=opened,
            ),
            Operation(
                verb=stream.choice(("append", "add", "feed", "extend")),
                arguments=(Argument(kind="blob", name=data),),
                body=added,
            ),
        ),
        fields=(f"uint8_t *{block};", f"size_t {cap};", f"size_t {used};"),
        closing=tuple(code(f"free({own}{block});")),
        gated=(1,),
        benign=(call(part, size - part), call(size), call(1, 1, size - 2)),
        breaking=call(part, stream.between(size - part + 1, size)) if planted else (),
    )


def read_window(author: Author, noun: str, *, planted: bool) -> Feature:
    """Keep a blob and read a part of it; flaw: offset and count are checked apart."""
    stream, local, names = author.stream, author.names.local, author.names
    data, length = local("data"), local("len")
    offset, count, i = local("offset"), local("count"), local("i")
    kept, size = names.variable(noun, "kept"), names.variable(noun, "size")
    own = author.state
    wraps = not planted and stream.chance(1, 2)
    apart = f"{offset} > {own}{size} || {count} > {own}{size}"
    joint = stream.choice(
        (
            f"{offset} > {own}{size} || {count} > {own}{size} - {offset}",
            f"(size_t){offset} + {count} > {own}{size}",
        )
    )
    guard = author.guard(apart if wraps else joint, noun, flawed=apart if planted else None)
    read = (
        f"{own}{kept}[({offset} + {i}) % {own}{size}]" if wraps else f"{own}{kept}[{offset} + {i}]"
    )
    keep = (
        *author.guard(f"{length} == 0", noun),
        *code(f"free({own}{kept});", f"{own}{size} = 0;", f"{own}{kept} = malloc({length});"),
        *author.guard(f"{own}{kept} == NULL", noun),
        *code(f"memcpy({own}{kept}, {data}, {length});", f"{own}{size} = {length};"),
    )
    window = (
        *author.guard(f"{own}{kept} == NULL", noun),
        *guard,
        *author.loop(count, [site(author.fold(read))]),
    )
    total = stream.between(10, 50)
    first = stream.between(3, total - 3)

    def calls(start: int, taken: int) -> tuple[Call, ...]:
        return (
            Call(operation=0, values=(letters(stream, total),)),
            Call(operation=1, values=(start, taken)),
        )

    return Feature(
        idiom="read_window",
        noun=noun,
        weakness=125,
        shape="wraps" if wraps else "window",
        report="heap-buffer-overflow READ",
        operations=(
            Operation(
                verb=stream.choice(("keep", "store", "load", "hold")),
                arguments=(Argument(kind="blob", name=data),),
                body=keep,
            ),
            Operation(
                verb=stream.choice(("sum", "view", "slice", "sample")),
                arguments=(Argument(kind="u16", name=offset), Argument(kind="u16", name=count)),
                body=window,
            ),
        ),
        fields=(f"uint8_t *{kept};", f"size_t {size};"),
        closing=tuple(code(f"free({own}{kept});")),
        gated=(1,),
        benign=(calls(1, total - 3), calls(first, total - first), calls(total, 0)),
        breaking=calls(first, total - first + stream.between(1, 3)) if planted else (),
    )


def sized_grid(author: Author, noun: str, *, planted: bool) -> Feature:
    """Make a grid of count times width bytes; flaw: the product is kept in 16 bits."""
    stream, local, names = author.stream, author.names.local, author.names
    count, width, total, i = local("count"), local("width"), local("total"), local("i")
    value = local("value")
    grid = names.variable(noun, "grid")
    own = author.state
    narrow = not planted and stream.chance(1, 2)
    limit = author.limit(stream.between(3000, 40000), noun, "area")
    product = f"{count} * {width}"
    small = f"uint16_t {total} = (uint16_t)({product});"
    wide = f"uint32_t {total} = (uint32_t){product};"
    plain = code(small if narrow else wide)
    sized = [Line(sound=(wide,), flawed=(small,))] if planted else plain
    body = (
        *sized,
        *author.guard(f"{total} == 0 || {author.above(total, limit, limit.value)}", noun),
        *code(f"free({own}{grid});", f"{own}{grid} = malloc({total});"),
        *author.guard(f"{own}{grid} == NULL", noun),
        *author.loop(
            count, [site(f"memset({own}{grid} + (size_t){i} * {width}, {value}, {width});")]
        ),
        *code(author.fold(f"{own}{grid}[{total} - 1]")),
    )
    kind = "u8" if narrow else "u16"

    def call(rows: int, columns: int) -> tuple[Call, ...]:
        return (Call(operation=0, values=(rows, columns, stream.below(256))),)

    columns = stream.between(257, 700)
    rows = -(-65536 // columns) + stream.below(2)
    across = stream.between(20, 200)
    return Feature(
        idiom="sized_grid",
        noun=noun,
        weakness=680,
        shape="narrow" if narrow else "wide",
        report=_WRITE,
        operations=(
            Operation(
                verb=stream.choice(("make", "size", "prepare", "lay")),
                arguments=(
                    Argument(kind=kind, name=count),
                    Argument(kind=kind, name=width),
                    Argument(kind="u8", name=value),
                ),
                body=body,
            ),
        ),
        fields=(f"uint8_t *{grid};",),
        closing=tuple(code(f"free({own}{grid});")),
        gated=(0,),
        benign=(
            call(stream.between(2, 9), stream.between(2, 30)),
            call(min(limit.value // across, 255), across),
            call(1, 1),
        ),
        breaking=call(rows, columns) if planted else (),
    )
