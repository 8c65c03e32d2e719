"""Read Python text for what its literals give away. Never complete: it is also `opaque`."""

import ast
import warnings
from collections.abc import Sequence

from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.hosts import host_of, url_hosts
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, ReadShell, Word

MAX_PYTHON_BYTES = 64 * 1024
"""Longest text parsed; CPython's parser takes memory some hundred times the text's size."""

_SHELL_CALLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"}
_SPAWN_CALLS = {"run", "call", "check_call", "check_output", "Popen"}
_TEXT_RUNS = {"exec", "eval"}
_STARTERS = ("execl", "execv", "spawnl", "spawnv", "posix_spawn", "create_subprocess_exec")
_CONNECT_CALLS = {"connect", "connect_ex", "create_connection", "sendto"}
_TEXT_CALLS = {"print", "write", "encode", "join", "split", "replace", "startswith", "compile"}
_WRITE_CALLS = {"write_text", "write_bytes", "unlink", "remove", "mkdir", "makedirs", "rmdir"}


def read_python(text: str, reading: Reading, shell: ReadShell) -> None:
    """Note the paths, hosts and commands that stand as literals in calls."""
    reading.add(Verb.OPAQUE, "python", text)
    for host in url_hosts(text):
        reading.add(Verb.CONNECT, host, text)
    if len(text) > MAX_PYTHON_BYTES:
        reading.add(Verb.OPAQUE, "oversized", text)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the agent's text may hold odd escapes
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        reading.add(Verb.OPAQUE, "malformed", text)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            _read_call(node, reading, shell)


def _read_call(node: ast.Call, reading: Reading, shell: ReadShell) -> None:
    name = _called(node.func)
    given = [*node.args, *(one.value for one in node.keywords if one.arg != "mode")]
    first = _literal(given[0]) if given else None
    if name in _CONNECT_CALLS:
        for argument in given:
            if isinstance(argument, ast.Tuple) and argument.elts:
                host = _literal(argument.elts[0])
                if isinstance(host, str):
                    reading.add(Verb.CONNECT, host_of(host), host)
    elif name in _SHELL_CALLS | _SPAWN_CALLS:
        if first is not None:
            command = first if isinstance(first, str) else _shell_line(first)
            _follow(command, reading, shell)
    elif name in _TEXT_RUNS and isinstance(first, str):
        _follow(first, reading, lambda text, state: read_python(text, state, shell))
    elif name.startswith(_STARTERS):
        words = [word for argument in given for word in _words(_literal(argument))]
        # The program, then its own name for itself, then its arguments.
        _follow(_shell_line([*words[:1], *words[1 if "create" in name else 2 :]]), reading, shell)
    elif isinstance(first, str) and (
        name == "open" or (first.startswith("/") and name not in _TEXT_CALLS)
    ):
        reading.add_path(Verb.WRITE if _writes(node, name) else Verb.READ, Word(text=first), first)


def _writes(node: ast.Call, name: str) -> bool:
    asked = [one.value for one in node.keywords if one.arg == "mode"] or node.args[1:2]
    mode = _literal(asked[0]) if asked else "r"
    return name in _WRITE_CALLS or (isinstance(mode, str) and bool(set(mode) & set("wax+")))


def _follow(text: str, reading: Reading, read: ReadShell) -> None:
    if reading.depth >= MAX_DEPTH:
        reading.add(Verb.OPAQUE, "nested", text)
        return
    base = reading.base
    reading.depth += 1
    read(text, reading)
    reading.depth -= 1
    reading.base = base


def _called(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _literal(node: ast.expr) -> str | list[str] | None:  # noqa: PLR0911 - one return per kind
    match node:
        case ast.Constant(value=str() | int() as value):
            return str(value)
        case ast.Constant(value=bytes() as value):
            return value.decode("latin-1")
        case ast.FormattedValue(value=inner):
            return _literal(inner)
        case ast.JoinedStr(values=parts):
            return _joined([_literal(part) for part in parts])
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined([_literal(left), _literal(right)])
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            words = [one for element in elements if isinstance(one := _literal(element), str)]
            return words or None
        case _:
            return None


def _joined(parts: list[str | list[str] | None]) -> str | None:
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else None


def _words(literal: str | list[str] | None) -> list[str]:
    return [literal] if isinstance(literal, str) else literal or []


def _shell_line(words: Sequence[str]) -> str:
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
