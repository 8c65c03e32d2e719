"""Tables of fixed size: signed index (CWE-787), wrong bound (CWE-126), late bound (CWE-129)."""

from seatrial.tasks.memory_safety_discovery.author import Author, plus
from seatrial.tasks.memory_safety_discovery.feature import Argument, Call, Feature, Operation
from seatrial.tasks.memory_safety_discovery.idioms.local_text import gap_of
from seatrial.tasks.memory_safety_discovery.source import code, site


def signed_table(author: Author, noun: str, *, planted: bool) -> Feature:
    """Write a heap table at an index; flaw: a negative index passes."""
    stream, local, names = author.stream, author.names.local, author.names
    index, value = local("index"), local("value")
    table = names.variable(noun, "table")
    own = author.state
    limit = author.limit(stream.between(9, 40), noun)
    signed = planted or stream.chance(1, 3)
    high = author.above(index, limit, limit.value - 1)
    both = stream.choice((f"{index} < 0 || {high}", f"{high} || {index} < 0"))
    guard = author.guard(both if signed else high, noun, flawed=high if planted else None)
    stored = stream.choice(("=", "+=", "^="))
    body = (
        *code(author.fold(value)),
        *guard,
        *author.aside(value),
        site(f"{own}{table}[{index}] {stored} {value};"),
    )

    def call(at: int) -> tuple[Call, ...]:
        return (Call(operation=0, values=(at, stream.below(65536))),)

    return Feature(
        idiom="signed_table",
        noun=noun,
        weakness=787,
        shape="signed" if signed else "unsigned",
        # A read-modify-write is reported at its read.
        report=f"heap-buffer-overflow {'WRITE' if stored == '=' else 'READ'}",
        operations=(
            Operation(
                verb=stream.choice(("set", "patch", "assign", "mark")),
                arguments=(
                    Argument(kind="s16" if signed else "u16", name=index),
                    Argument(kind="u16", name=value),
                ),
                body=body,
            ),
        ),
        fields=(f"uint32_t *{table};",),
        opening=(
            *code(f"{own}{table} = calloc({limit.spelling}, sizeof(uint32_t));"),
            *author.guard(f"{own}{table} == NULL", noun),
        ),
        closing=tuple(code(f"free({own}{table});")),
        gated=(0,),
        benign=(call(stream.below(limit.value)), call(limit.value - 1), call(0)),
        breaking=call(-stream.between(1, 3)) if planted else (),
    )


def static_table(author: Author, noun: str, *, planted: bool) -> Feature:
    """Write a static table at an index; flaw: the index may equal the length."""
    stream, local, names = author.stream, author.names.local, author.names
    index, value = local("index"), local("value")
    table = names.variable(noun, "entries")
    limit = author.limit(stream.between(7, 40), noun)
    gap = gap_of(stream, planted=planted)
    most = limit.value + gap
    guard = author.guard(
        author.above(index, limit, most),
        noun,
        flawed=author.above(index, limit, most + 1) if planted else None,
    )
    element = stream.choice(("uint16_t", "uint32_t", "uint8_t"))
    body = (
        *guard,
        site(f"{table}[{index}] = ({element}){value};"),
        *code(author.fold(f"{table}[{index} / 2]")),
    )

    def call(at: int) -> tuple[Call, ...]:
        return (Call(operation=0, values=(at, stream.below(65536))),)

    return Feature(
        idiom="static_table",
        noun=noun,
        weakness=129,
        shape=f"index{gap:+d}",
        report="global-buffer-overflow WRITE",
        operations=(
            Operation(
                verb=stream.choice(("set", "update", "write", "define")),
                arguments=(Argument(kind="u16", name=index), Argument(kind="u16", name=value)),
                body=body,
                statics=(f"static {element} {table}[{plus(limit, gap + 1)}];",),
            ),
        ),
        gated=(0,),
        benign=(call(stream.below(most)), call(most), call(0)),
        breaking=call(most + 1) if planted else (),
    )


def constant_tables(author: Author, noun: str, *, planted: bool) -> Feature:
    """Look up one of two constant tables; flaw: the longer one's length bounds the shorter."""
    stream, local, names = author.stream, author.names.local, author.names
    index = local("index")
    weights, steps = names.variable(noun, "weights"), names.variable(noun, "steps")
    longer = stream.between(12, 24)
    shorter = longer - stream.between(2, 6)
    # The table read is the shorter when planted; a sound one reads either, and bounds itself
    # by its own length, or by the other's when that one is shorter.
    read_long = not planted and stream.chance(2, 3)
    crossed = read_long and stream.chance(2, 3)
    lengths = (longer, shorter) if read_long else (shorter, longer)
    own_bound, other_bound = (f"sizeof({t}) / sizeof({t}[0])" for t in (weights, steps))
    guard = author.guard(
        f"{index} >= {other_bound if crossed else own_bound}",
        noun,
        flawed=f"{index} >= {other_bound}" if planted else None,
    )
    element = stream.choice(("uint8_t", "uint16_t"))
    tables = [
        f"static const {element} {name}[{size}] = {{ "
        + ", ".join(str(stream.between(1, 250)) for _ in range(size))
        + " };"
        for name, size in zip((weights, steps), lengths, strict=True)
    ]
    body = (
        *guard,
        *author.aside(index),
        site(author.fold(f"{weights}[{index}]")),
        *author.guard(
            f"{index} < sizeof({steps}) / sizeof({steps}[0]) && {steps}[{index}] == 255", noun
        ),
    )
    most = (min(lengths) if crossed else lengths[0]) - 1

    def call(at: int) -> tuple[Call, ...]:
        return (Call(operation=0, values=(at,)),)

    return Feature(
        idiom="constant_tables",
        noun=noun,
        weakness=126,
        shape="crossed" if crossed else "own",
        report="global-buffer-overflow READ",
        operations=(
            Operation(
                verb=stream.choice(("weigh", "look", "rate", "apply")),
                arguments=(Argument(kind="u8", name=index),),
                body=body,
                statics=tuple(stream.shuffled(tables)),
            ),
        ),
        gated=(0,),
        benign=(call(stream.below(most)), call(most), call(0)),
        breaking=call(shorter) if planted else (),
    )
