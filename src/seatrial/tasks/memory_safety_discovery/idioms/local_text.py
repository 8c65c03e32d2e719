"""Copies into a buffer on the stack (CWE-121) and lists gathered there (CWE-193)."""

from seatrial.core.seeding import SeedStream
from seatrial.tasks.memory_safety_discovery.author import Author, plus
from seatrial.tasks.memory_safety_discovery.feature import Argument, Call, Feature, Operation
from seatrial.tasks.memory_safety_discovery.source import Line, code, site


def letters(stream: SeedStream, count: int) -> bytes:
    """Draw printable bytes without blanks, fit for every kind of file."""
    return bytes(stream.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(count))


def gap_of(stream: SeedStream, *, planted: bool) -> int:
    """Draw how far the right threshold lies from the limit's name.

    Sound guards end up at -1, 0 or +1; flawed ones, one further, at 0 or +1: the same texts.
    """
    return stream.choice((-1, 0)) if planted else stream.choice((-1, 0, 0, 1, 1))


def copied_text(author: Author, noun: str, *, planted: bool) -> Feature:
    """Copy a blob into a local array and end it with NUL; flaw: no room for the NUL."""
    stream, local = author.stream, author.names.local
    data, length, buffer, i = local("data"), local("len"), local("buffer"), local("i")
    limit = author.limit(stream.between(11, 70), noun)
    gap = gap_of(stream, planted=planted)
    most = limit.value + gap
    guard = author.guard(
        author.above(length, limit, most),
        noun,
        flawed=author.above(length, limit, most + 1) if planted else None,
    )
    if stream.chance(1, 2):
        copy = [site(f"memcpy({buffer}, {data}, {length});")]
    else:
        copy = author.loop(length, [site(f"{buffer}[{i}] = (char){data}[{i}];")])
    use = author.loop(length, code(author.fold(f"(uint8_t){buffer}[{i}]")))
    counted = author.state + author.names.variable(noun, "texts")
    tail = code(f"{counted}++;", f"if ({buffer}[0] == '\\0') {counted} = 0;")
    body = (
        *code(f"char {buffer}[{plus(limit, gap + 1)}];"),
        *guard,
        *copy,
        site(f"{buffer}[{length}] = '\\0';"),
        *use,
        *tail,
    )
    verb = stream.choice(("name", "note", "set", "describe", "tag"))
    return Feature(
        idiom="copied_text",
        noun=noun,
        weakness=121,
        shape=f"terminator{gap:+d}",
        report="stack-buffer-overflow WRITE",
        operations=(
            Operation(verb=verb, arguments=(Argument(kind="blob", name=data),), body=body),
        ),
        fields=(f"uint32_t {counted.removeprefix(author.state)};",),
        gated=(0,),
        benign=(
            (Call(operation=0, values=(letters(stream, most - stream.between(1, 5)),)),),
            (Call(operation=0, values=(letters(stream, most),)),),
            (Call(operation=0, values=(letters(stream, 1),)),),
        ),
        breaking=(Call(operation=0, values=(letters(stream, most + 1),)),) if planted else (),
    )


def declared_text(author: Author, noun: str, *, planted: bool) -> Feature:
    """Copy a blob whose length is also declared; flaw: the other length is checked."""
    stream, local = author.stream, author.names.local
    data, length, declared = local("data"), local("len"), local("declared")
    buffer, i = local("buffer"), local("i")
    limit = author.limit(stream.between(11, 60), noun)
    # A sound one copies and checks the same length, either of the two.
    copied = length if planted else stream.choice((length, declared, declared))
    other = declared if copied == length else length
    guard = author.guard(
        author.above(copied, limit, limit.value),
        noun,
        flawed=author.above(other, limit, limit.value) if planted else None,
    )
    short = author.guard(f"{declared} > {length}", noun)
    order = [short, guard] if stream.chance(1, 2) else [guard, short]
    body = (
        *code(f"uint8_t {buffer}[{limit.spelling}];"),
        *order[0],
        *order[1],
        *author.aside(f"(uint32_t){length}"),
        site(f"memcpy({buffer}, {data}, {copied});"),
        *author.loop(declared, code(author.fold(f"{buffer}[{i}]"))),
    )
    value = limit.value

    def call(announced: int, sent: int) -> Call:
        return Call(operation=0, values=(announced, letters(stream, sent)))

    # Where the declared length is the one that counts, more may be sent than is copied.
    surplus = value if copied == length else value + 4
    return Feature(
        idiom="declared_text",
        noun=noun,
        weakness=121,
        shape=f"copies_{'sent' if copied == length else 'declared'}",
        report="stack-buffer-overflow WRITE",
        operations=(
            Operation(
                verb=stream.choice(("fill", "load", "put", "copy")),
                arguments=(
                    Argument(kind="u16", name=declared),
                    Argument(kind="blob", name=data),
                ),
                body=body,
            ),
        ),
        gated=(0,),
        benign=(
            (call(value // 2 + 1, value - 2),),
            (call(value, value),),
            (call(value - 3, surplus),),
        ),
        breaking=(call(value - stream.below(3), value + stream.between(1, 9)),) if planted else (),
    )


def gathered_marks(author: Author, noun: str, *, planted: bool) -> Feature:
    """Gather chosen pairs of bytes in a local array; flaw: the full test is one late."""
    stream, local = author.stream, author.names.local
    data, length, used = local("data"), local("len"), local("used")
    marks, i = local("buffer"), local("i")
    limit = author.limit(stream.between(5, 14), noun, "marks")
    gap = gap_of(stream, planted=planted)
    most = limit.value + gap  # the highest count at which one more fits
    full = author.guard(
        author.above(used, limit, most),
        noun,
        flawed=author.above(used, limit, most + 1) if planted else None,
    )
    chosen = stream.choice((f"{data}[{i}] >= 'n'", f"({data}[{i}] & 1) == 0", f"{data}[{i}] < 'i'"))
    high = b"n" if "'n'" in chosen else b"b"
    low = b"a" if "'n'" in chosen else b"y" if "& 1" in chosen else b"z"
    pair = f"(uint16_t)({data}[{i}] << 8 | {data}[{i} + 1])"
    pick: list[Line] = [
        *code(f"if ({chosen}) {{"),
        *full,
        site(f"{marks}[{used}] = {pair};"),
        *code(f"{used}++;", "}"),
    ]
    body = (
        *code(f"uint16_t {marks}[{plus(limit, gap + 1)}];", f"size_t {used} = 0;"),
        *author.loop(f"{length} / 2 * 2", pick, step=2),
        *author.loop(used, code(author.fold(f"{marks}[{i}]"))),
    )

    def call(taken: int, skipped: int) -> Call:
        pairs = [high + letters(stream, 1)] * taken + [low + letters(stream, 1)] * skipped
        return Call(operation=0, values=(b"".join(stream.shuffled(pairs)),))

    return Feature(
        idiom="gathered_marks",
        noun=noun,
        weakness=193,
        shape=f"full{gap:+d}",
        report="stack-buffer-overflow WRITE",
        operations=(
            Operation(
                verb=stream.choice(("scan", "collect", "index", "gather")),
                arguments=(Argument(kind="blob", name=data),),
                body=body,
            ),
        ),
        gated=(0,),
        benign=(
            (call(most - 1, 2),),
            (call(most + 1, 0),),
            (call(most + 1, 6),),
        ),
        breaking=(call(most + 2, stream.below(4)),) if planted else (),
    )
