"""Read a text of shell commands into actions, by the grammar of bash."""

import re
from collections.abc import Callable, Mapping

import tree_sitter_bash
from tree_sitter import Language, Node, Parser, Point

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.commands import ReadShell, python_reader, read_command
from seatrial.testbed.scope.hosts import UNKNOWN_HOST, device_hosts
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, Word
from seatrial.testbed.scope.words import text_of, words_of

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
_WRITES = {">", ">>", ">|", "&>", "&>>", ">&"}
_LANGUAGE = Language(tree_sitter_bash.language())


def read_shell(text: str, reading: Reading) -> None:
    """Note everything a text of commands would do, as far as it can be known."""
    if len(text) > MAX_SHELL_CHARACTERS:
        reading.add(Verb.OPAQUE, "oversized", text)
        return
    for host in device_hosts(text):
        reading.add(Verb.CONNECT, host, text)
    root = _parse(text)
    if root is None:
        reading.add(Verb.OPAQUE, "tangled", text)
        return
    if root.has_error:
        reading.add(Verb.OPAQUE, "malformed", text)
    outer, reading.text = reading.text, text
    _walk(root, reading, 0)
    reading.text = outer


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


def _walk(node: Node, reading: Reading, depth: int) -> None:
    if depth > MAX_TREE_DEPTH:
        reading.add(Verb.OPAQUE, "tangled", text_of(node, reading.text))
        return
    base = reading.base
    if read := _READERS.get(node.type):
        read(node, reading)
    for child in node.children:
        _walk(child, reading, depth + 1)
    if node.type in {"subshell", "command_substitution", "process_substitution"}:
        reading.base = base


def _read_command(node: Node, reading: Reading) -> None:
    read_command(_argv(node, reading), reading, text_of(node, reading.text), read_shell)
    _read_fed_scripts(node, reading)


def _read_loop(node: Node, reading: Reading) -> None:
    """Note what a loop goes through: it is named here, in the body it is a variable."""
    for word in _words(node.children_by_field_name("value"), reading):
        if "/" in word.text:
            reading.add_path(Verb.READ, word, text_of(node, reading.text))


def _read_file_test(node: Node, reading: Reading) -> None:
    for word in _words(node.named_children[1:], reading):
        reading.add_path(Verb.READ, word, text_of(node, reading.text))


def _words(nodes: list[Node], reading: Reading) -> list[Word]:
    return [word for node in nodes for word in words_of(node, reading.text, reading.variables)]


def _argv(node: Node, reading: Reading) -> list[Word]:
    parts = [
        child
        for child in (node.children if node.type == "declaration_command" else node.named_children)
        if child.type not in {"variable_assignment", "comment"} and "redirect" not in child.type
    ]
    if node.type == "declaration_command":
        return [Word(text=text_of(parts[0], reading.text)), *_words(parts[1:], reading)]
    return _words(parts, reading)


def _read_assignment(node: Node, reading: Reading) -> None:
    name = node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    if name is None:
        return
    words = (
        words_of(value, reading.text, reading.variables) if value is not None else (Word(text=""),)
    )
    if len(words) == 1 and words[0].known:
        reading.variables[text_of(name, reading.text)] = words[0].text
    else:
        reading.variables.pop(text_of(name, reading.text), None)


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
        if child.type == "heredoc_redirect":
            bodies = [c for c in child.named_children if c.type == "heredoc_body"]
            for body in bodies:
                _follow(text_of(body, reading.text), read, reading)
        elif child.type == "herestring_redirect":
            for word in _words(child.named_children[-1:], reading):
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
    while argv and argv[0].text.rpartition("/")[2] in programs.WRAPPERS:
        argv = argv[1:]
    if argv and argv[0].text.rpartition("/")[2] in programs.SHELLS | programs.PYTHONS:
        return [Word(text=argv[0].text.rpartition("/")[2]), *argv[1:]]
    return []


def _reads_stdin(argv: list[Word]) -> bool:
    return bool(argv) and all(
        word.text.startswith("-") and "c" not in word.text for word in argv[1:]
    )


_READERS: Mapping[str, Callable[[Node, Reading], None]] = {
    "command": _read_command,
    "declaration_command": _read_command,
    "redirected_statement": _read_fed_scripts,
    "pipeline": _read_fed_scripts,
    "variable_assignment": _read_assignment,
    "file_redirect": _read_redirect,
    "for_statement": _read_loop,
    "unary_expression": _read_file_test,
}
