"""A file of directives, one a line, in the manner of configuration files and query scripts."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.kinds.frame import C_TYPES, Entry, Frame, Step
from seatrial.tasks.memory_safety_discovery.source import Function, Line, code

_WORDS = 8  # words a line may have; more than any directive takes


_NOUNS = """
listener upstream cache realm limit_rule header_rule backend rewrite schedule pool column
projection view_def join_key macro template locale theme variable alias_rule trigger
bucket_rule worker mirror
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectiveFile:
    """A line-oriented configuration or query language."""

    title: str = "processor of a small directive language"
    prefix: str = "cfg"
    suffix: str = "conf"
    textual: bool = True
    nouns: tuple[str, ...] = tuple(_NOUNS.split())

    def build(self, author: Author, entries: Sequence[Entry]) -> Frame:
        """Draw the words and the comment sign, and write the processor."""
        stream = author.stream
        glue = stream.choice(("-", "_", "."))
        verb_first = stream.chance(1, 2)
        words = []
        for entry in entries:
            parts = (entry.operation.verb, entry.noun.replace("_", glue))
            words.append(glue.join(parts if verb_first else parts[::-1]))
        sign = stream.choice(("#", ";", "!"))
        hexadecimal = stream.chance(1, 4)
        number = author.names.function(stream.choice(("number", "integer", "to_int")))
        parse = Function(
            name=number,
            head=f"long {number}(const char *{author.names.local('input')})",
            body=tuple(
                code(f"return strtol({author.names.local('input')}, NULL, 0);")
                if hexadecimal
                else code(f"return strtol({author.names.local('input')}, NULL, 10);")
            ),
            private=False,
        )
        functions = [_entry(author, entry, number) for entry in entries]
        driver = _driver(author, entries, words, sign)

        def encode(steps: Sequence[Step]) -> bytes:
            lines = []
            for step in steps:
                written = [
                    value.decode()
                    if isinstance(value, bytes)
                    else hex(value)
                    if hexadecimal and value >= 0
                    else str(value)
                    for value in step.values
                ]
                lines.append(" ".join([words[step.entry], *written]) + "\n")
            return "".join(lines).encode()

        return Frame(
            types=(),
            helpers=(parse,),
            entries=tuple(functions),
            driver=driver,
            encode=encode,
        )


def _entry(author: Author, entry: Entry, number: str) -> Function:
    names = author.names
    words, count, length = names.local("cursor"), names.local("size"), names.local("len")
    given = len(entry.operation.arguments)
    lines: list[Line] = author.guard(f"{count} != {given + 1}", entry.noun)
    for place, argument in enumerate(entry.operation.arguments, 1):
        word = f"{words}[{place}]"
        if argument.kind == "blob":
            lines += code(
                f"const uint8_t *{argument.name} = (const uint8_t *){word};",
                f"size_t {length} = strlen({word});",
            )
        else:
            kind = "int16_t" if argument.kind == "s16" else C_TYPES[argument.kind]
            lines += code(f"{C_TYPES[argument.kind]} {argument.name} = ({kind}){number}({word});")
    return Function(
        name=entry.name,
        head=f"{author.result} {entry.name}"
        f"({author.parameters(f'size_t {count}', f'char **{words}')})",
        body=(*lines, *entry.operation.body, *code(author.success)),
        statics=entry.operation.statics,
    )


def _driver(
    author: Author, entries: Sequence[Entry], spoken: list[str], sign: str
) -> tuple[Function, ...]:
    names, stream = author.names, author.stream
    words, count, i = names.local("cursor"), names.local("size"), names.local("i")
    obey = names.function(stream.choice(("obey", "execute", "handle")), "line")
    order = stream.shuffled(range(len(entries)))
    call = author.arguments(count, words)
    body: list[Line] = []
    statics: tuple[str, ...] = ()
    if author.style.dispatch == 0:
        for place, k in enumerate(order):
            test = f'if (strcmp({words}[0], "{spoken[k]}") == 0)'
            body += code(f"{'else ' if place else ''}{test}", f"return {entries[k].name}({call});")
    else:
        table = names.shared("directives")
        types = author.parameters("size_t", "char **")
        rows = ", ".join(f'{{ "{spoken[k]}", {entries[k].name} }}' for k in order)
        row = f"struct {{ const char *word; {author.result} (*obey)({types}); }}"
        statics = (f"static const {row} {table}[] = {{ {rows} }};",)
        body += author.loop(
            f"sizeof({table}) / sizeof({table}[0])",
            code(
                f"if (strcmp({table}[{i}].word, {words}[0]) == 0)",
                f"return {table}[{i}].obey({call});",
            ),
        )
    body += code(author.failure("directive"))
    handle = Function(
        name=obey,
        head=f"{author.result} {obey}({author.parameters(f'size_t {count}', f'char **{words}')})",
        body=tuple(body),
        statics=statics,
    )
    run, text, line = names.function("process"), names.shared("copy"), names.shared("line")
    p, n, rest = names.local("input"), names.local("total"), names.shared("rest")
    word, list_, found = names.shared("word"), names.shared("argv"), names.shared("found")
    result, blanks = names.shared("result"), '" \\t\\r"'
    lines: list[Line] = [
        *code(f"char *{text} = malloc({n} + 1);"),
        *author.guard(f"{text} == NULL", "memory"),
        *code(
            f"memcpy({text}, {p}, {n});",
            f"{text}[{n}] = '\\0';",
            f"{author.result} {result} = {author.success.removeprefix('return ')}",
            f"char *{rest} = {text};",
            f"while ({rest} != NULL) {{",
            f"char *{line} = {rest};",
            f"{rest} = strchr({line}, '\\n');",
            f"if ({rest} != NULL) *{rest}++ = '\\0';",
            f"char *{list_}[{_WORDS}];",
            f"size_t {found} = 0;",
            f"char *{word} = strtok({line}, {blanks});",
            f"while ({word} != NULL && {found} < {_WORDS}) {{",
            f"{list_}[{found}++] = {word};",
            f"{word} = strtok(NULL, {blanks});",
            "}",
            f"if ({found} == 0 || {list_}[0][0] == '{sign}') continue;",
            f"{result} = {obey}({author.arguments(found, list_)});",
            f"if ({author.failed(result)}) break;",
            "}",
            f"free({text});",
            f"return {result};",
        ),
    ]
    drive = Function(
        name=run,
        head=f"{author.result} {run}({author.parameters(f'const uint8_t *{p}', f'size_t {n}')})",
        body=tuple(lines),
        private=False,
    )
    return handle, drive
