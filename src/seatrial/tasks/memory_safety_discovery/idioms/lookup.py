"""Looking things up and not finding them (CWE-476)."""

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Argument, Call, Feature, Operation
from seatrial.tasks.memory_safety_discovery.source import code, site


def joined_nodes(author: Author, noun: str, *, planted: bool) -> Feature:
    """Find two nodes by key and join them; flaw: only the absence of both is refused."""
    stream, local, names = author.stream, author.names.local, author.names
    index, other, value, made = (local(r) for r in ("index", "other", "value", "made"))
    kind = names.type(noun, "node")
    head = names.variable("first", noun)
    key, total, after = (names.shared(p) for p in ("id", "sum", "next"))
    own = author.state
    left, right = names.variable(noun, "a"), names.variable(noun, "b")
    each = stream.choice(("walk", "scan"))
    node = f"struct {kind}"
    separate = not planted and stream.chance(2, 3)
    both, any_ = f"{left} == NULL && {right} == NULL", f"{left} == NULL || {right} == NULL"
    guard = author.guard(both if separate else any_, noun, flawed=both if planted else None)
    find = [
        *code(f"{node} *{left} = NULL;", f"{node} *{right} = NULL;"),
        *code(
            f"for ({node} *{each} = {own}{head}; {each} != NULL; {each} = {each}->{after}) {{",
            f"if ({each}->{key} == {index}) {left} = {each};",
            f"if ({each}->{key} == {other}) {right} = {each};",
            "}",
        ),
    ]
    if separate:
        effect = [
            *author.aside(index),
            *code(f"if ({left} != NULL) {left}->{total}++;"),
            *code(f"if ({right} != NULL) {right}->{total}--;"),
            *code(author.fold(f"({left} != NULL ? {left}->{total} : {right}->{total})")),
        ]
    else:
        effect = [
            *author.aside(index),
            site(f"{left}->{total} += {right}->{total};"),
            *code(author.fold(f"{left}->{total}")),
        ]
    defined = (
        *code(f"{node} *{made} = calloc(1, sizeof({node}));"),
        *author.guard(f"{made} == NULL", noun),
        *code(
            f"{made}->{key} = {index};",
            f"{made}->{total} = {value};",
            f"{made}->{after} = {own}{head};",
            f"{own}{head} = {made};",
        ),
    )
    closing = code(
        f"while ({own}{head} != NULL) {{",
        f"{node} *{after} = {own}{head}->{after};",
        f"free({own}{head});",
        f"{own}{head} = {after};",
        "}",
    )
    one, two, absent = stream.sample(range(1, 60000), 3)

    def define(at: int) -> Call:
        return Call(operation=0, values=(at, stream.below(65536)))

    def join(a: int, b: int) -> Call:
        return Call(operation=1, values=(a, b))

    pair = (one, absent) if stream.chance(1, 2) else (absent, one)
    return Feature(
        idiom="joined_nodes",
        noun=noun,
        weakness=476,
        shape="separate" if separate else "together",
        report="SEGV",
        operations=(
            Operation(
                verb=stream.choice(("define", "declare", "insert", "register")),
                arguments=(Argument(kind="u16", name=index), Argument(kind="u16", name=value)),
                body=defined,
            ),
            Operation(
                verb=stream.choice(("join", "merge", "combine", "move")),
                arguments=(Argument(kind="u16", name=index), Argument(kind="u16", name=other)),
                body=(*find, *guard, *effect),
            ),
        ),
        types=(
            (
                f"{node} {{",
                f"uint32_t {key};",
                f"uint32_t {total};",
                f"{node} *{after};",
                "};",
            ),
        ),
        fields=(f"{node} *{head};",),
        closing=tuple(closing),
        gated=(1,),
        benign=(
            (define(one), define(two), join(one, two)),
            (define(one), join(one, one)),
            (define(two), define(one), join(two, one), join(one, two)),
        ),
        breaking=(define(one), join(*pair)) if planted else (),
    )
