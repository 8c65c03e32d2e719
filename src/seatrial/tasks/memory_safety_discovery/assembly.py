"""Put a program together: features in a frame, with state, header, envelope and main."""

from collections.abc import Sequence
from dataclasses import replace

from seatrial.tasks.memory_safety_discovery.author import Author
from seatrial.tasks.memory_safety_discovery.feature import Feature
from seatrial.tasks.memory_safety_discovery.integrity import Envelope
from seatrial.tasks.memory_safety_discovery.kinds.frame import Entry, Frame
from seatrial.tasks.memory_safety_discovery.source import Function, Line, SourceFile, code
from seatrial.tasks.memory_safety_discovery.style import TYPE_SPELLINGS

_SYSTEM_HEADERS = ("stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h")
_READ_BYTES = 4096  # first allocation of the input reader


def assemble(
    author: Author,
    *,
    features: Sequence[Feature],
    entries: Sequence[Entry],
    frame: Frame,
    envelope: Envelope,
    prefix: str,
) -> tuple[tuple[SourceFile, ...], dict[str, str]]:
    """Lay functions into files. Gives the files and the comments on functions."""
    stream, style = author.stream, author.style
    opening, closing = _life(author, features)
    complain = _complain(author)
    run = frame.driver[-1]
    slurp = _slurp(author)
    main = _main(
        author,
        envelope,
        slurp=slurp.name,
        opening=opening.name,
        run=run.name,
        closing=closing.name,
    )
    handlers = stream.shuffled(frame.entries)
    remarks = _remarks(author, entries)
    header = _header(author, features, frame)
    utilities = [*complain, *frame.helpers, *envelope.functions]
    if not style.several_files:
        life = [opening, closing] if stream.chance(1, 2) else [closing, opening]
        functions = [*complain, *frame.helpers]
        middle: list[list[Function]] = [[*envelope.functions], [*handlers, *frame.driver], life]
        for part in stream.shuffled(middle):
            functions += part
        alone = [replace(f, private=True) for f in (*functions, slurp)]
        prototypes = _prototypes(alone) if style.prototypes else []
        preamble = (*_includes(), *header, *_state_definition(author, shared=False), *prototypes)
        name = f"{prefix}{stream.choice(('tool', 'read', 'main', ''))}.c"
        file = SourceFile(name=name, preamble=preamble, functions=(*alone, main))
        return (file,), remarks
    name = stream.choice(("common", "defs", prefix, "internal"))
    guard = f"{name.upper()}_H"
    shared = [
        *(replace(f, private=False) for f in utilities),
        *(replace(f, private=False) for f in (*handlers, opening, closing, *frame.driver[-1:])),
    ]
    top = (
        f"#ifndef {guard}",
        f"#define {guard}",
        *_includes(),
        *header,
        *_state_definition(author, shared=True, declare=True),
        *[f"{f.head};" for f in shared],
        "#endif",
    )
    include = (f'#include "{name}.h"',)
    half = len(handlers) // 2 if len(handlers) > 6 else len(handlers)  # noqa: PLR2004 - taste
    parts = [handlers[:half], handlers[half:]]
    operations = stream.choice((("ops", "more"), ("records", "extra"), ("handlers", "others")))
    files = [
        SourceFile(name=f"{name}.h", preamble=top),
        SourceFile(name="util.c", preamble=include, functions=_public(utilities)),
        *(
            SourceFile(name=f"{own}.c", preamble=include, functions=_public(part))
            for own, part in zip(operations, parts, strict=True)
            if part
        ),
        SourceFile(
            name="drive.c",
            preamble=include,
            functions=(*frame.driver[:-1], *_public(frame.driver[-1:])),
        ),
        SourceFile(
            name="main.c",
            preamble=(*include, *_state_definition(author, shared=True)),
            functions=(*_public([opening, closing]), slurp, main),
        ),
    ]
    return tuple(files), remarks


def _public(functions: Sequence[Function]) -> tuple[Function, ...]:
    return tuple(replace(f, private=False) for f in functions)


def _prototypes(functions: Sequence[Function]) -> list[str]:
    return ["", *(f"static {f.head};" for f in functions)]


def _includes() -> list[str]:
    return [f"#include <{name}>" for name in _SYSTEM_HEADERS]


def _header(author: Author, features: Sequence[Feature], frame: Frame) -> list[str]:
    style, stream = author.style, author.stream
    lines = [""]
    lines += [f"typedef {kind} {name};" for kind, name in TYPE_SPELLINGS[style.types].items()]
    macros = stream.shuffled(author.macros)
    if style.limits == "enum" and macros:
        lines += ["enum {", *(f"{name} = {value}," for name, value in macros), "};"]
    else:
        lines += [f"#define {name} {value}" for name, value in macros]
    if style.returns == "enum":
        lines += [f"{author.result} {{ {author.ok_code} = 0, {author.bad_code} = 1 }};"]
    if style.guards == "macro" and style.returns != "message":
        lines += [
            f"#define {author.require}(cond) do {{ if (cond) {author.failure('')} }} while (0)"
        ]
    types = stream.shuffled([t for f in features for t in f.types] + list(frame.types))
    for definition in types:
        lines += ["", *definition]
    fields = [field for f in features for field in f.fields] + list(frame.fields)
    fields.append(f"uint32_t {author.digest};")
    lines += ["", f"struct {author.state_type} {{", *stream.shuffled(fields), "};"]
    return lines


def _state_definition(author: Author, *, shared: bool, declare: bool = False) -> list[str]:
    if author.style.context != "global":
        return []
    kind = "extern " if declare else "" if shared else "static "
    return ["", f"{kind}struct {author.state_type} {author.state_name};"]


def _complain(author: Author) -> list[Function]:
    if author.style.returns != "message":
        return []
    what = author.names.shared("what")
    return [
        Function(
            name=author.complain,
            head=f"int {author.complain}(const char *{what})",
            body=tuple(code(f'fprintf(stderr, "%s\\n", {what});', "return 1;")),
            private=False,
        )
    ]


def _life(author: Author, features: Sequence[Feature]) -> tuple[Function, Function]:
    names, stream = author.names, author.stream
    opened = [line for f in stream.shuffled(features) for line in f.opening]
    closed = [line for f in stream.shuffled(features) for line in f.closing]
    own = "" if author.style.context == "global" else "*"
    whole = f"&{author.state_name}" if not own else names.local("ctx")
    if stream.chance(1, 2) or author.style.context != "global":
        opened = [*code(f"memset({whole}, 0, sizeof(*{whole}));"), *opened]
    start, end = stream.choice((("setup", "release"), ("init", "finish"), ("start", "shutdown")))
    opening, closing = names.function(start, "all"), names.function(end, "all")
    return (
        Function(
            name=opening,
            head=f"{author.result} {opening}({author.parameters()})",
            body=(*opened, *code(author.success)),
        ),
        Function(
            name=closing,
            head=f"void {closing}({author.parameters()})",
            body=tuple(closed),
        ),
    )


def _slurp(author: Author) -> Function:
    names = author.names
    name = names.function(author.stream.choice(("read", "load", "fetch")), "file")
    path, size, file = names.shared("path"), names.shared("got"), names.shared("file")
    whole, room, grown = names.shared("whole"), names.shared("room"), names.shared("larger")
    piece = names.shared("piece")
    return Function(
        name=name,
        head=f"uint8_t *{name}(const char *{path}, size_t *{size})",
        body=tuple(
            code(
                f'FILE *{file} = fopen({path}, "rb");',
                f"if ({file} == NULL) return NULL;",
                f"size_t {room} = {_READ_BYTES};",
                f"uint8_t *{whole} = malloc({room});",
                f"size_t {piece} = 0;",
                f"*{size} = 0;",
                f"while ({whole} != NULL) {{",
                f"{piece} = fread({whole} + *{size}, 1, {room} - *{size}, {file});",
                f"if ({piece} == 0) break;",
                f"*{size} += {piece};",
                f"if (*{size} < {room}) continue;",
                f"{room} *= 2;",
                f"uint8_t *{grown} = realloc({whole}, {room});",
                f"if ({grown} == NULL) break;",
                f"{whole} = {grown};",
                "}",
                f"fclose({file});",
                f"return {whole};",
            )
        ),
    )


def _main(
    author: Author, envelope: Envelope, *, slurp: str, opening: str, run: str, closing: str
) -> Function:
    names = author.names
    data, size, result = names.shared("file", "data"), names.shared("file", "size"), "rc"
    start, stop = names.shared("from"), names.shared("until")
    lines: list[Line] = code(
        "if (argc != 2) {",
        'fprintf(stderr, "usage: %s FILE\\n", argv[0]);',
        "return 2;",
        "}",
        f"size_t {size} = 0;",
        f"uint8_t *{data} = {slurp}(argv[1], &{size});",
        f"if ({data} == NULL) return 2;",
        f"size_t {start} = 0;",
        f"size_t {stop} = {size};",
    )
    if envelope.functions:
        call = f"{envelope.functions[-1].name}({data}, {size}, &{start}, &{stop})"
        lines += code(
            f"if ({author.failed(call)}) {{",
            'fprintf(stderr, "damaged file\\n");',
            f"free({data});",
            "return 1;",
            "}",
        )
    if author.style.context != "global":
        where = names.shared("work")
        lines += code(
            f"struct {author.state_type} {where};",
            f"struct {author.state_type} *{names.local('ctx')} = &{where};",
        )
    rest = f"{data} + {start}", f"{stop} - {start}"
    lines += code(
        f"int {result} = {author.failed(f'{opening}({author.arguments()})')};",
        f"if (!{result}) {result} = {author.failed(f'{run}({author.arguments(*rest)})')};",
        f'printf("%s %08x\\n", {result} ? "refused" : "ok", (unsigned){author.state}'
        f"{author.digest});",
        f"{closing}({author.arguments()});",
        f"free({data});",
        f"return {result} ? 1 : 0;",
    )
    return Function(
        name="main", head="int main(int argc, char **argv)", body=tuple(lines), private=False
    )


def _remarks(author: Author, entries: Sequence[Entry]) -> dict[str, str]:
    stream = author.stream
    if author.style.comments == 0:
        return {}
    form = stream.choice(
        (
            "/* {noun}: {verb} */",
            "/* {verb} a {noun} */",
            "// {noun} / {verb}",
            "/* Takes one `{verb}` of a {noun}. */",
        )
    )
    return {
        entry.name: form.format(
            noun=entry.noun.replace("_", " "), verb=entry.operation.verb.replace("_", " ")
        )
        for entry in entries
    }
