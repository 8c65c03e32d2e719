"""Read one command line, already split into words, into actions."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.arguments import plain_arguments
from seatrial.testbed.scope.host_arguments import read_hosts
from seatrial.testbed.scope.hosts import url_hosts
from seatrial.testbed.scope.process_arguments import read_processes
from seatrial.testbed.scope.python_text import read_python
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, Word

ReadShell = Callable[[str, Reading], None]

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)


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
    name = target.rpartition("/")[2]
    _read_texts(name, arguments, reading, source, shell)
    read_processes(name, arguments, reading, source)
    read_hosts(name, arguments, reading, source)
    if name == "cd":
        plain = plain_arguments(arguments, "")
        reading.change_folder(plain[0] if plain else None)
    elif name in programs.WRAPPERS:
        _read_wrapped(name, arguments, reading, source, shell)
    elif name not in programs.SAYS_ONLY:
        _read_paths(name, arguments, reading, source)


def _read_texts(
    name: str, arguments: Sequence[Word], reading: Reading, source: str, shell: ReadShell
) -> None:
    """Follow the program text that a shell or interpreter is given as an argument."""
    if name == "eval":
        known = all(word.known for word in arguments)
        joined = Word(text=" ".join(word.text for word in arguments), known=known)
        _follow(joined, reading, source, shell)
        return
    option = programs.SCRIPTERS.get(name, r"-[A-Za-z]*c")
    text = next((b for a, b in pairwise(arguments) if re.fullmatch(option, a.text)), None)
    if text is None:
        return
    # Options can be run together: `bash -lc`.
    if name in programs.SHELLS or name == "su":
        _follow(text, reading, source, shell)
    elif name in programs.PYTHONS:
        _follow(text, reading, source, python_reader(shell))
    elif name in programs.SCRIPTERS:
        reading.add(Verb.OPAQUE, "script", source)
        for host in url_hosts(text.text):
            reading.add(Verb.CONNECT, host, source)


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
    """Step over a wrapper's own options to the program that it starts."""
    to_skip = programs.WRAPPERS[name]
    takes_value = programs.WRAPPER_VALUES.get(name, "")
    index = 0
    while index < len(arguments):
        text = arguments[index].text
        if name == "env" and text in {"-S", "--split-string"} and index + 1 < len(arguments):
            _follow(arguments[index + 1], reading, source, shell)
            return
        if text == "--":
            index += 1
            break
        if text.startswith("-") and len(text) > 1:
            index += 2 if text[1:] and text[1:] in takes_value else 1
        elif name in {"env", "sudo", "doas"} and _ASSIGNMENT.match(text):
            index += 1
        elif to_skip:
            to_skip -= 1
            if name == "chroot":
                reading.add_path(Verb.READ, arguments[index], source)
            index += 1
        else:
            break
    read_command(arguments[index:], reading, source, shell)


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
    for verb, word in found:
        reading.add_path(verb, word, source)


def _verb_of(name: str, arguments: Sequence[Word]) -> Verb:
    in_place = name == "sed" and any(w.text.startswith(("-i", "--in-place")) for w in arguments)
    return Verb.WRITE if name in programs.WRITERS or in_place else Verb.READ


def _rest_of(word: Word, start: int) -> Word:
    return Word(text=word.text[start:], known=word.known, is_pattern=word.is_pattern)
