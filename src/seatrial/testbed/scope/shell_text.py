"""Read a text of shell commands into actions, by the grammar of bash."""

import re
from collections.abc import Callable, Mapping

import tree_sitter_bash
from tree_sitter import Language, Node, Parser, Point

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.commands import python_reader, read_command
from seatrial.testbed.scope.hosts import UNKNOWN_HOST, device_hosts
from seatrial.testbed.scope.meanings import MAX_VALUES, assign, meanings
from seatrial.testbed.scope.reading import MAX_DEPTH, MAX_TEXTS, Reading, ReadShell, Word
from seatrial.testbed.scope.words import text_of, value_of, words_of

MAX_SHELL_CHARACTERS = 256 * 1024
"""Longest text parsed. A model's answer is far shorter; files go in by an editor tool."""

MAX_PARSE_STEPS = 3000
"""Progress reports of the parser (about 100 operations each) before it is stopped.

The parser's error recovery takes time and memory with the square of the text (200 KB of `a | `
took over 20 GiB); 256 KiB of ordinary commands take under 2,900 reports, and a stopped parse
under 0.2 s and 100 MiB. A count, not a clock, so that every machine judges alike.
"""

MAX_TREE_DEPTH = 150
"""Nested constructs followed; beyond, the text is `tangled`."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_STAND_IN = "%"
# The grammar's scanner hands any character to C's isalnum(), which reads outside its table
# beyond 255 and brings the process down. A stand-in, one byte for one character, keeps the
# parser safe; words are cut from the text itself. `%` is a plain character of a word and,
# like what it stands for, none of a name.
_IN_ORDER = {"program", "variable_assignments", "redirected_statement", "declaration_command"}
"""Nodes whose parts all run, one after the other, in the shell itself."""

_COMES_BACK = {"function_definition", "for_statement", "while_statement", "c_style_for_statement"}
"""Nodes that may run after what stands behind them."""

_WRITES = {">", ">>", ">|", "&>", "&>>", ">&"}
_SOURCES = frozenset({".", "source"})
_FED = programs.SHELLS | programs.PYTHONS | _SOURCES
_STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_LANGUAGE = Language(tree_sitter_bash.language())


def read_shell(text: str, reading: Reading) -> None:
    """Note everything a text of commands would do, as far as it can be known."""
    if len(text) > MAX_SHELL_CHARACTERS:
        reading.add(Verb.OPAQUE, "oversized", text)
        return
    reading.texts += 1
    if reading.texts > MAX_TEXTS:
        reading.add(Verb.OPAQUE, "tangled", text)
        return
    outer, view, base = reading.text, reading.view, reading.base
    _read(text, reading)
    if "\\\n" in text:
        # The shell takes a continued line for one, but not in comments and some quotes: read both.
        reading.base = base
        _read(text.replace("\\\n", ""), reading)
    reading.text, reading.view = outer, view


def _read(text: str, reading: Reading) -> None:
    for host in device_hosts(text):
        reading.add(Verb.CONNECT, host, text)
    root = _parse(text)
    if root is None:
        reading.add(Verb.OPAQUE, "tangled", text)
        return
    if root.has_error:
        reading.add(Verb.OPAQUE, "malformed", text)
    reading.text, base = text, reading.base
    if _walk(root, reading, 0, sure=reading.depth == 0):
        reading.base = base
        _walk(root, reading, 0, sure=False)


def _parse(text: str) -> Node | None:
    content = _NOT_ASCII.sub(_STAND_IN, text).encode()
    steps = 0

    def give(offset: int, _point: Point) -> bytes:
        return content[offset:]

    def is_too_much(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - the parser's form
        nonlocal steps
        steps += 1
        return steps > MAX_PARSE_STEPS

    try:
        return Parser(_LANGUAGE).parse(give, progress_callback=is_too_much).root_node
    except ValueError:  # how the parser says that it was stopped
        return None


def _walk(node: Node, reading: Reading, depth: int, *, sure: bool) -> bool:
    """Read a node and all in it.

    sure: it runs, and before what follows. Returns: whether something in it may run again later.
    """
    if depth > MAX_TREE_DEPTH:
        reading.add(Verb.OPAQUE, "tangled", text_of(node, reading.text))
        return False
    base, text = reading.base, reading.text
    if read := _READERS.get(node.type):
        for view in meanings(text_of(node, text), reading.variables):
            reading.text, reading.view = text, view
            read(node, reading)
    if node.type == "variable_assignment":
        _read_assignment(node, reading, sure=sure)
    comes_back = node.type in _COMES_BACK
    if node.type == "for_statement":
        _read_loop(node, reading)
    sure = sure and node.type in _IN_ORDER
    for child in node.children:
        comes_back |= _walk(child, reading, depth + 1, sure=sure)
    if node.type in {"subshell", "command_substitution", "process_substitution"}:
        reading.base = base
    return comes_back


def _read_command(node: Node, reading: Reading) -> None:
    argv = _argv(node, reading)
    read_command(argv, reading, text_of(node, reading.text), read_shell)
    _read_fed_scripts(node, reading)


def _read_loop(node: Node, reading: Reading) -> None:
    """Note what a loop goes through, and that its variable holds that in the body."""
    values = node.children_by_field_name("value")
    name = node.child_by_field_name("variable")
    found: list[Word] = []
    text = " ".join(text_of(value, reading.text) for value in values)
    for view in meanings(text, reading.variables):
        reading.view = view
        found += _words(values, reading)
    for word in found:
        if "/" in word.text:
            reading.add_path(Verb.READ, word, text_of(node, reading.text))
    plain = all(word.known and not word.is_pattern for word in found)
    known = tuple(dict.fromkeys(word.text for word in found))
    if name is not None:
        kept = known if plain and 0 < len(known) <= MAX_VALUES else None
        assign(reading, text_of(name, reading.text), kept, sure=kept is None)


def _read_file_test(node: Node, reading: Reading) -> None:
    for word in _words(node.named_children[1:], reading):
        reading.add_path(Verb.READ, word, text_of(node, reading.text))


def _words(nodes: list[Node], reading: Reading) -> list[Word]:
    return [word for node in nodes for word in words_of(node, reading.text, reading.view)]


def _argv(node: Node, reading: Reading) -> list[Word]:
    parts = [
        child
        for child in (node.children if node.type == "declaration_command" else node.named_children)
        if child.type not in {"variable_assignment", "comment"} and "redirect" not in child.type
    ]
    if node.type == "declaration_command":
        return [Word(text=text_of(parts[0], reading.text)), *_words(parts[1:], reading)]
    return _words(parts, reading)


def _read_assignment(node: Node, reading: Reading, *, sure: bool) -> None:
    name = node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    if name is None:
        return
    key = text_of(name, reading.text)
    adds = any(child.type == "+=" for child in node.children)
    found: list[str] = []
    for view in meanings(text_of(node, reading.text), reading.variables, also=(key,)):
        word = Word(text="") if value is None else value_of(value, reading.text, view)
        if not word.known or (adds and key not in view and key in reading.variables):
            assign(reading, key, None, sure=sure)
            return
        found.append(view.get(key, "") + word.text if adds else word.text)
    assign(reading, key, tuple(found), sure=sure)


def _read_redirect(node: Node, reading: Reading) -> None:
    operator = next((child.type for child in node.children if not child.is_named), "<")
    destination = node.child_by_field_name("destination")
    if destination is None:
        return
    for word in _words([destination], reading):
        if word.text.isdigit() or word.text == "-":
            continue  # a descriptor
        if word.text.startswith(("/dev/tcp/", "/dev/udp/")):
            for host in device_hosts(word.text) or (UNKNOWN_HOST,):
                reading.add(Verb.CONNECT, host, text_of(node, reading.text))
            continue
        verb = Verb.WRITE if operator in _WRITES else Verb.READ
        reading.add_path(verb, word, text_of(node, reading.text))


def _read_fed_scripts(node: Node, reading: Reading) -> None:
    """Find programs that take their commands from a here-document or a pipe."""
    if node.type == "pipeline":
        for child in node.named_children[1:]:
            if _reads_stdin(_interpreter(child, reading)):
                reading.add(Verb.OPAQUE, "piped-script", text_of(node, reading.text))
        return
    argv = _interpreter(node, reading)
    if not _reads_stdin(argv):
        return
    read = python_reader(read_shell) if argv[0].text in programs.PYTHONS else read_shell
    for child in node.named_children:
        _read_fed(child, reading, read)


def _read_fed(redirect: Node, reading: Reading, read: ReadShell) -> None:
    """Follow a here-document or a here-string that a shell or Python executes."""
    if redirect.type == "heredoc_redirect":
        for body in redirect.named_children:
            if body.type == "heredoc_body":
                _follow(text_of(body, reading.text), read, reading)
    elif redirect.type == "herestring_redirect":
        for word in _words(redirect.named_children[-1:], reading):
            if not word.known:
                reading.add(Verb.OPAQUE, "expansion", text_of(redirect, reading.text))
            _follow(word.text, read, reading)


def _follow(text: str, read: ReadShell, reading: Reading) -> None:
    if reading.depth >= MAX_DEPTH:
        reading.add(Verb.OPAQUE, "nested", text)
        return
    base = reading.base
    reading.depth += 1
    read(text, reading)
    reading.depth -= 1
    reading.base = base


def _interpreter(node: Node, reading: Reading) -> list[Word]:
    """Give the command line of a statement when a shell or Python is what it starts."""
    while node.type == "redirected_statement" and node.named_children:
        node = node.named_children[0]
    argv = _argv(node, reading) if node.type == "command" else []
    while argv and (
        programs.known_name(argv[0].text) in programs.WRAPPERS
        or re.match(r"-|\d[\d.]*[smhd]?$", argv[0].text)  # a wrapper's own
    ):
        argv = argv[1:]
    if argv and programs.known_name(argv[0].text) in _FED:
        return [Word(text=programs.known_name(argv[0].text)), *argv[1:]]
    return []


def _reads_stdin(argv: list[Word]) -> bool:
    """Whether a shell or Python takes its commands from standard input."""
    if not argv:
        return False
    texts = [word.text for word in argv[1:]]
    if argv[0].text in _SOURCES:
        return texts[:1] != [] and texts[0] in _STANDARD_INPUT
    while texts and texts[0].startswith(("-", "+")) and texts[0] not in _STANDARD_INPUT:
        option = texts.pop(0)
        if not option.startswith("--"):
            if "c" in option:
                return False
            if "s" in option and argv[0].text in programs.SHELLS:
                return True
            if option[-1] in "oOXW" and texts:
                texts.pop(0)
        elif option in {"--rcfile", "--init-file"} and texts:
            texts.pop(0)
    return not texts or texts[0] in _STANDARD_INPUT


_READERS: Mapping[str, Callable[[Node, Reading], None]] = {
    "command": _read_command,
    "declaration_command": _read_command,
    "redirected_statement": _read_fed_scripts,
    "pipeline": _read_fed_scripts,
    "file_redirect": _read_redirect,
    "unary_expression": _read_file_test,
}
