"""Read one command line, already split into words, into actions."""

import re
import shlex
from collections.abc import Sequence
from functools import partial
from itertools import pairwise, takewhile

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.arguments import plain_arguments
from seatrial.testbed.scope.host_arguments import read_hosts
from seatrial.testbed.scope.process_arguments import read_processes
from seatrial.testbed.scope.python_text import read_python
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, ReadShell, Word
from seatrial.testbed.scope.script_text import read_script
from seatrial.testbed.scope.wrappers import unwrap

_ROOTS = 8
"""Folders of one `find` that are told apart in what it starts; each is read in any case."""

_STARTS = {"-exec", "-execdir", "-ok", "-okdir"}
_GDB_COMMANDS = {"-ex", "--ex", "-iex", "--iex", "-eval-command", "--eval-command"}
_BY_OPTION = re.compile(
    r"(?:--to-command=|--checkpoint-action=exec=|--use-compress-program=|ProxyCommand[= ])(.+)",
    re.DOTALL,
)
"""Options of tar and ssh whose value is a command."""


def read_command(argv: Sequence[Word], reading: Reading, source: str, shell: ReadShell) -> None:
    """Note what a command would do. shell: reads a text of commands, for `sh -c` and the like."""
    if not argv:
        return
    name_word, arguments = argv[0], argv[1:]
    if not name_word.known or not name_word.text:
        reading.add(Verb.OPAQUE, "expansion", source)
        return
    target = name_word.text
    if "/" in target:
        if reading.base is not None and not target.startswith("/"):
            target = f"{reading.base.rstrip('/')}/{target}"
        reading.add_path(Verb.READ, name_word, source)
    reading.add(Verb.RUN, target, source, is_pattern=name_word.is_pattern)
    name = programs.known_name(target)
    _read_texts(name, arguments, reading, source, shell)
    read_processes(name, arguments, reading, source)
    read_hosts(name, arguments, reading, source)
    if name in {"cd", "pushd", "popd"}:
        plain = plain_arguments(arguments, "")
        unknown = Word(text="", known=False) if name == "popd" else None
        reading.change_folder(plain[0] if plain else unknown)
    elif name in programs.WRAPPERS:
        _read_wrapped(name, arguments, reading, source, shell)
    elif name not in programs.SAYS_ONLY:
        _read_paths(name, arguments, reading, source)


def _read_texts(
    name: str, arguments: Sequence[Word], reading: Reading, source: str, shell: ReadShell
) -> None:
    """Follow the program text that a shell or interpreter is given as an argument."""
    if name in {"eval", "watch"}:
        words = list(arguments) if name == "eval" else list(unwrap(name, arguments).argv)
        known = all(word.known for word in words)
        _follow(
            Word(text=" ".join(word.text for word in words), known=known), reading, source, shell
        )
    elif name == "trap":
        for word in plain_arguments(arguments, "")[:1]:
            _follow(word, reading, source, shell)
    elif name == "find":
        _read_find(arguments, reading, source, shell)
    elif name in programs.AWKS:
        for word in plain_arguments(arguments, "Fvf")[:1]:
            _follow(word, reading, source, partial(read_script, shell=shell))
    else:
        _read_option_texts(name, arguments, reading, source, shell)


def _read_option_texts(
    name: str, arguments: Sequence[Word], reading: Reading, source: str, shell: ReadShell
) -> None:
    option, read = _text_option(name, shell)
    for before, text in pairwise(arguments):
        if read is not None and re.fullmatch(option, before.text):
            _follow(text, reading, source, read)
        elif match := _shell_escape(name, before.text, text.text):
            _follow(_rest_of(text, match.end()), reading, source, shell)
    for word in arguments:
        if match := _BY_OPTION.match(word.text):
            _follow(_rest_of(word, match.start(1)), reading, source, shell)


def _text_option(name: str, shell: ReadShell) -> tuple[str, ReadShell | None]:
    """Give the option with which a program takes a text, and who reads it."""
    if name in programs.SCRIPTERS:
        return programs.SCRIPTERS[name], partial(read_script, shell=shell)
    # Options can be run together: `bash -lc`.
    option = r"-[A-Za-z]*c|--command"
    if name in programs.PYTHONS:
        return option, python_reader(shell)
    return option, shell if name in programs.SHELLS | programs.COMMAND_BY_C else None


def _shell_escape(name: str, option: str, text: str) -> re.Match[str] | None:
    if name in programs.EDITORS:
        return re.match(r":?!", text)
    if name == "gdb" and option in _GDB_COMMANDS:
        return re.match(r"\s*(?:shell\b|!)", text)
    return None


def _read_find(arguments: Sequence[Word], reading: Reading, source: str, shell: ReadShell) -> None:
    """Read the commands that `find` starts, with something below its folders as argument."""
    roots = list(takewhile(lambda word: not word.text.startswith(("-", "(", "!")), arguments))
    rest = list(arguments)
    while start := next((i for i, word in enumerate(rest) if word.text in _STARTS), None):
        rest = rest[start + 1 :]
        command = list(takewhile(lambda word: word.text not in {";", "+"}, rest))
        for root in roots[:_ROOTS] or [Word(text=".")]:
            found = Word(text=f"{root.text.rstrip('/')}/", known=False)
            argv = [found if word.text == "{}" else word for word in command]
            read_command(argv, reading, source, shell)


def python_reader(shell: ReadShell) -> ReadShell:
    """Give a reader of Python text that hands shell commands in it to `shell`."""
    return lambda text, reading: read_python(text, reading, shell)


def _follow(word: Word, reading: Reading, source: str, read: ReadShell) -> None:
    if not word.known:
        reading.add(Verb.OPAQUE, "expansion", source)
    elif reading.depth >= MAX_DEPTH:
        reading.add(Verb.OPAQUE, "nested", source)
    else:
        base = reading.base
        reading.depth += 1
        read(word.text, reading)
        reading.depth -= 1
        reading.base = base


def _read_wrapped(
    name: str, arguments: Sequence[Word], reading: Reading, source: str, shell: ReadShell
) -> None:
    """Read the command that a wrapper starts."""
    wrapped = unwrap(name, arguments)
    if name == "chroot":
        for word in wrapped.plain:
            reading.add_path(Verb.READ, word, source)
    base, variables = reading.base, dict(reading.variables)
    if wrapped.folder is not None:
        reading.change_folder(wrapped.folder)
    if wrapped.text is not None:
        rest = " ".join(shlex.quote(word.text) for word in wrapped.argv)
        text = Word(text=f"{wrapped.text.text} {rest}", known=wrapped.text.known)
        _follow(text, reading, source, shell)
    else:
        read_command(wrapped.argv, reading, source, shell)
    if wrapped.folder is not None:
        reading.base, reading.variables = base, variables


def _read_paths(name: str, arguments: Sequence[Word], reading: Reading, source: str) -> None:
    found: list[tuple[Verb, Word]] = []
    pattern_pending = name in programs.PATTERN_FIRST
    previous = ""
    for word in arguments:
        text, option = word.text, previous
        previous = text
        if option in programs.OUTPUT_OPTIONS and name != "find":
            found.append((Verb.WRITE, word))
        elif match := re.match(r"(?:--[\w-]+|[a-z]+)=(?=[/~.])", text):
            verb = Verb.WRITE if text.startswith(("of=", "--output")) else Verb.READ
            found.append((verb, _rest_of(word, match.end())))
        elif match := re.match(r"-(?:o|I|L|f|x)(?=/)", text):
            verb = Verb.WRITE if text.startswith("-o") else Verb.READ
            found.append((verb, _rest_of(word, match.end())))
        elif text.startswith("-") or "://" in text:
            continue
        elif pattern_pending:
            pattern_pending = False
        elif (
            "/" in text
            or text.startswith("~")
            or name in (programs.READERS | programs.WRITERS | programs.WRITE_LAST)
        ):
            found.append((_verb_of(name, arguments), word))
    if name in programs.WRITE_LAST and found:
        found[-1] = (Verb.WRITE, found[-1][1])
    below = programs.RECURSIVE.get(name, "(?!)")
    deep = [word for word in arguments if re.fullmatch(below, word.text)] != []
    _note_paths(found, reading, source, deep=deep)


def _note_paths(
    found: Sequence[tuple[Verb, Word]], reading: Reading, source: str, *, deep: bool
) -> None:
    """Note reads and writes of paths. deep: and of something below them, nobody knows what."""
    for verb, word in found:
        reading.add_path(verb, word, source)
        if deep and word.known:
            below = Word(text=f"{word.text.rstrip('/')}/", known=False)
            reading.add_path(verb, below, source)


def _verb_of(name: str, arguments: Sequence[Word]) -> Verb:
    in_place = name == "sed" and any(w.text.startswith(("-i", "--in-place")) for w in arguments)
    return Verb.WRITE if name in programs.WRITERS or in_place else Verb.READ


def _rest_of(word: Word, start: int) -> Word:
    return Word(text=word.text[start:], known=word.known, is_pattern=word.is_pattern)
