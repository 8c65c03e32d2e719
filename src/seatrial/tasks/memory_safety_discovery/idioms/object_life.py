"""Objects and their ends: a stale current one, a stale tail (CWE-416), a second free (CWE-415)."""

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import (
    Argument,
    Call,
    Calls,
    Feature,
    Operation,
)
from seatrial.tasks.memory_safety_discovery.idioms.local_text import letters
from seatrial.tasks.memory_safety_discovery.source import Line, code, site


def current_object(author: Author, noun: str, *, planted: bool) -> Feature:
    """Make, choose, drop and use objects; flaw: the chosen one outlives its drop."""
    stream, local, names = author.stream, author.names.local, author.names
    index, value, victim = local("index"), local("value"), local("victim")
    kind = names.type(noun)
    items, current = names.variable(noun, "list"), names.variable("active", noun)
    weight, hits = names.shared("weight"), names.shared("hits")
    own = author.state
    limit = author.limit(stream.between(4, 9), noun)
    slot, chosen = f"{own}{items}[{index}]", f"{own}{current}"
    bound = author.above(index, limit, limit.value - 1)
    missing = author.guard(f"{bound} || {slot} == NULL", noun)
    made = (
        *author.guard(f"{bound} || {slot} != NULL", noun),
        *code(f"{slot} = calloc(1, sizeof(struct {kind}));"),
        *author.guard(f"{slot} == NULL", noun),
        *code(f"{slot}->{weight} = {value};"),
    )
    # Both orders occur in sound programs: the comparison is with what the slot holds before
    # it is emptied, or with a copy taken first.
    by_slot = f"if ({chosen} == {slot}) {chosen} = NULL;"
    by_copy = f"if ({chosen} == {victim}) {chosen} = NULL;"
    emptied, freed = f"{slot} = NULL;", f"free({victim});"
    shape = stream.choice(("slot_first", "copy_last", "copy_first"))
    sound = {
        "slot_first": (by_slot, emptied, freed),
        "copy_last": (emptied, by_copy, freed),
        "copy_first": (by_copy, emptied, freed),
    }[shape]
    flawed = (emptied, by_slot, freed)
    if planted:
        steps = [Line(sound=sound, flawed=flawed)]
    elif stream.chance(1, 2):
        # The flawed text does no harm where the comparison has already been made.
        shape = "twice"
        steps = code(by_copy, author.fold(f"{victim}->{weight}"), *flawed)
    else:
        steps = code(*sound)
    dropped = (
        *missing,
        *code(f"struct {kind} *{victim} = {slot};"),
        *steps,
        *code(author.fold(f"(uint32_t){index}")),
    )
    used = (
        *author.guard(f"{chosen} == NULL", noun),
        site(f"{chosen}->{hits} += {value};"),
        site(author.fold(f"{chosen}->{weight}")),
    )
    closing = author.loop(limit.spelling, code(f"free({own}{items}[{local('i')}]);"))
    at, another = stream.sample(range(limit.value), 2)

    def new(place: int) -> Call:
        return Call(operation=0, values=(place, stream.between(1, 60000)))

    def choose(place: int) -> Call:
        return Call(operation=1, values=(place,))

    def drop(place: int) -> Call:
        return Call(operation=2, values=(place,))

    touch = Call(operation=3, values=(stream.between(1, 60000),))
    both: Calls = (new(at), new(another))
    return Feature(
        idiom="current_object",
        noun=noun,
        weakness=416,
        shape=shape,
        report="heap-use-after-free READ",
        operations=(
            Operation(
                verb=stream.choice(("create", "new", "add")),
                arguments=(Argument(kind="u8", name=index), Argument(kind="u16", name=value)),
                body=made,
            ),
            Operation(
                verb=stream.choice(("choose", "pick", "enter", "focus")),
                arguments=(Argument(kind="u8", name=index),),
                body=(*missing, *code(f"{chosen} = {slot};")),
            ),
            Operation(
                verb=stream.choice(("drop", "discard", "delete", "retire")),
                arguments=(Argument(kind="u8", name=index),),
                body=dropped,
            ),
            Operation(
                verb=stream.choice(("touch", "bump", "charge", "use")),
                arguments=(Argument(kind="u16", name=value),),
                body=used,
            ),
        ),
        types=((f"struct {kind} {{", f"uint32_t {hits};", f"uint16_t {weight};", "};"),),
        fields=(f"struct {kind} *{items}[{limit.spelling}];", f"struct {kind} *{current};"),
        closing=tuple(closing),
        gated=(3,),
        benign=(
            (new(at), choose(at), touch, drop(at)),
            (*both, choose(at), drop(another), touch, drop(at)),
            (*both, choose(at), choose(another), drop(at), touch, drop(another)),
        ),
        breaking=(*both, choose(at), drop(at), touch) if planted else (),
    )


def growing_list(author: Author, noun: str, *, planted: bool) -> Feature:
    """Grow an array and link its last item; flaw: the link's pointer is taken before it moves."""
    stream, local, names = author.stream, author.names.local, author.names
    value, grown, tail = local("value"), local("grown"), local("tail")
    size, kind = local("size"), names.type(noun, "item")
    array, count, room = (names.variable(noun, part) for part in ("array", "count", "room"))
    key, follows = names.shared("key"), names.shared("follows")
    own = author.state
    first = stream.between(3, 6)
    limit = author.limit(stream.between(60, 300), noun, "items")
    moved = f"{own}{array} = {grown};"
    taken = f"{tail} = {own}{array} + {own}{count} - 1;"
    from_grown = f"{tail} = {grown} + {own}{count} - 1;"
    shape = stream.choice(("from_grown_first", "from_grown_last", "from_array"))
    sound = {
        "from_grown_first": (from_grown, moved),
        "from_grown_last": (moved, from_grown),
        "from_array": (moved, taken),
    }[shape]
    again: list[Line] = []
    if planted:
        steps = [Line(sound=sound, flawed=(taken, moved))]
    elif stream.chance(1, 2):
        # The flawed text does no harm where the pointer is taken anew before its use.
        shape = "taken_again"
        steps, again = code(taken, moved), code(taken)
    else:
        steps = code(*sound)
    body = (
        *author.guard(author.above(f"{own}{count}", limit, limit.value - 1), noun),
        *code(f"struct {kind} *{taken}"),
        *code(f"if ({own}{count} == {own}{room}) {{"),
        *code(
            f"size_t {size} = {own}{room} * {stream.choice((2, 3))};",
            f"struct {kind} *{grown} = realloc({own}{array}, {size} * sizeof(struct {kind}));",
        ),
        *author.guard(f"{grown} == NULL", noun),
        *steps,
        *code(f"{own}{room} = {size};", "}"),
        *again,
        *code(f"{own}{array}[{own}{count}].{key} = {value};"),
        site(f"{tail}->{follows} = (uint32_t){own}{count};"),
        *code(f"{own}{count}++;"),
    )
    reset = code(author.fold(f"(uint32_t){own}{count}"), f"{own}{count} = 1;")

    def pushes(times: int) -> Calls:
        adds = (Call(operation=0, values=(stream.below(65536),)) for _ in range(times))
        return (*adds, Call(operation=1, values=()))

    return Feature(
        idiom="growing_list",
        noun=noun,
        weakness=825,
        shape=shape,
        report="heap-use-after-free WRITE",
        operations=(
            Operation(
                verb=stream.choice(("push", "log", "queue", "record")),
                arguments=(Argument(kind="u16", name=value),),
                body=body,
            ),
            Operation(
                verb=stream.choice(("flush", "reset", "empty", "rewind")),
                arguments=(),
                body=tuple(reset),
            ),
        ),
        types=((f"struct {kind} {{", f"uint32_t {key};", f"uint32_t {follows};", "};"),),
        fields=(f"struct {kind} *{array};", f"size_t {count};", f"size_t {room};"),
        # The first item is a sentinel, so that there always is a last one.
        opening=(
            *code(
                f"{own}{room} = {first};",
                f"{own}{count} = 1;",
                f"{own}{array} = calloc({first}, sizeof(struct {kind}));",
            ),
            *author.guard(f"{own}{array} == NULL", noun),
        ),
        closing=tuple(code(f"free({own}{array});")),
        gated=(0,),
        benign=(pushes(1), pushes(first - 1), pushes(first - 2)),
        breaking=pushes(first) if planted else (),
    )


def replaced_text(author: Author, noun: str, *, planted: bool) -> Feature:
    """Replace a kept text; flaw: a refused length leaves a freed pointer behind."""
    stream, local, names = author.stream, author.names.local, author.names
    data, length = local("data"), local("len")
    text = names.variable(noun, "label")
    own = author.state
    limit = author.limit(stream.between(20, 90), noun, "len")
    kept = f"{own}{text}"
    guard = author.guard(f"{length} == 0 || {author.above(length, limit, limit.value)}", noun)
    lines = tuple(text for line in guard for text in line.sound)
    freed, emptied = f"free({kept});", f"{kept} = NULL;"
    shape = stream.choice(("check_first", "empty_first"))
    sound = {
        "check_first": (*lines, freed, emptied),
        "empty_first": (freed, emptied, *lines),
    }[shape]
    flawed = (freed, *lines, emptied)
    at_free = [Line(sound=sound, flawed=flawed, site=True)] if planted else code(*sound)
    body = (
        *at_free,
        *code(f"{kept} = malloc({length} + 1);"),
        *author.guard(f"{kept} == NULL", noun),
        *code(f"memcpy({kept}, {data}, {length});", f"{kept}[{length}] = '\\0';"),
    )
    cleared = [site(freed), *code(emptied, author.fold("1u"))]

    def put(count: int) -> Call:
        return Call(operation=0, values=(letters(stream, count),))

    clear = Call(operation=1, values=())
    return Feature(
        idiom="replaced_text",
        noun=noun,
        weakness=415,
        shape=shape,
        report="double-free",
        operations=(
            Operation(
                verb=stream.choice(("set", "label", "rename", "assign")),
                arguments=(Argument(kind="blob", name=data),),
                body=body,
            ),
            Operation(
                verb=stream.choice(("clear", "unset", "erase")), arguments=(), body=tuple(cleared)
            ),
        ),
        fields=(f"char *{text};",),
        closing=(site(freed),),
        gated=(0,),
        benign=(
            (put(limit.value // 2), put(3), clear),
            (put(limit.value), put(limit.value), clear),
            (put(1), clear, clear),
        ),
        breaking=(put(5), put(limit.value + stream.between(1, 20))) if planted else (),
    )
