"""Read Python text for what its literals give away. Never complete: it is also `opaque`."""

import ast
import warnings
from collections.abc import Callable

from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.hosts import host_of, url_hosts
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, Word

MAX_PYTHON_BYTES = 64 * 1024
"""Longest text parsed; CPython's parser takes memory some hundred times the text's size."""

_SHELL_CALLS = {"system", "popen", "getoutput", "getstatusoutput"}
_SPAWN_CALLS = {"run", "call", "check_call", "check_output", "Popen"}
_CONNECT_CALLS = {"connect", "connect_ex", "create_connection", "sendto"}
_TEXT_CALLS = {"print", "write", "encode", "join", "split", "replace", "startswith", "compile"}
_WRITE_CALLS = {"write_text", "write_bytes", "unlink", "remove", "mkdir", "makedirs", "rmdir"}


def read_python(text: str, reading: Reading, shell: Callable[[str, Reading], None]) -> None:
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


def _read_call(node: ast.Call, reading: Reading, shell: Callable[[str, Reading], None]) -> None:
    name = _called(node.func)
    first = _literal(node.args[0]) if node.args else None
    if name in _CONNECT_CALLS:
        for argument in node.args:
            if isinstance(argument, ast.Tuple) and argument.elts:
                host = _literal(argument.elts[0])
                if isinstance(host, str):
                    reading.add(Verb.CONNECT, host_of(host), host)
    elif name in _SHELL_CALLS | _SPAWN_CALLS and first is not None:
        command = first if isinstance(first, str) else " ".join(_shell_quoted(w) for w in first)
        if reading.depth >= MAX_DEPTH:
            reading.add(Verb.OPAQUE, "nested", command)
            return
        base = reading.base
        reading.depth += 1
        shell(command, reading)
        reading.depth -= 1
        reading.base = base
    elif isinstance(first, str) and (
        name == "open" or (first.startswith("/") and name not in _TEXT_CALLS)
    ):
        mode = _literal(node.args[1]) if len(node.args) > 1 else "r"
        writes = name in _WRITE_CALLS or (isinstance(mode, str) and set(mode) & set("wax+"))
        reading.add_path(Verb.WRITE if writes else Verb.READ, Word(text=first), first)


def _called(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _literal(node: ast.expr) -> str | list[str] | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.List | ast.Tuple):
        texts = [e.value for e in node.elts if isinstance(e, ast.Constant)]
        words = [t for t in texts if isinstance(t, str)]
        return words or None
    return None


def _shell_quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
