"""Read the literals in program text of other languages. Never complete: it is also `opaque`."""

import re

from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.hosts import url_hosts
from seatrial.testbed.scope.reading import MAX_DEPTH, Reading, ReadShell, Word

_TEXT = r"""(?:"((?:[^"\\]|\\.){1,2000})"|'((?:[^'\\]|\\.){1,2000})')"""
_LITERAL = re.compile(_TEXT)
_RUNS = (
    re.compile(
        r"\b(?:system|exec|popen|spawn|execSync|shell_exec|passthru|execute)\b\W{0,4}?" + _TEXT
    ),
    re.compile(r"\|&?\s*" + _TEXT),  # awk: print | "command"
    re.compile(_TEXT + r"\s*\|&?\s*getline"),
    re.compile(r"`([^`]{1,2000})`"),
    re.compile(r"\bqx\s*[\[({/|!]([^\])}/|!]{1,2000})"),
)
_AWK_NET = re.compile(r"/inet[46]?/(?:tcp|udp)/\w*/([^/\"']+)")


def read_script(text: str, reading: Reading, shell: ReadShell) -> None:
    """Note the paths, hosts and commands that stand as literals in a program's text."""
    reading.add(Verb.OPAQUE, "script", text)
    for host in (*url_hosts(text), *_AWK_NET.findall(text)):
        reading.add(Verb.CONNECT, host, text)
    for match in _LITERAL.finditer(text):
        literal = match[1] or match[2]
        if literal.startswith("/") and not re.search(r"\s", literal):
            reading.add_path(Verb.READ, Word(text=literal), text)
    for pattern in _RUNS:
        for match in pattern.finditer(text):
            _run(next(one for one in match.groups() if one), reading, shell)


def _run(command: str, reading: Reading, shell: ReadShell) -> None:
    if reading.depth >= MAX_DEPTH:
        reading.add(Verb.OPAQUE, "nested", command)
        return
    base = reading.base
    reading.depth += 1
    shell(re.sub(r"\\(.)", r"\1", command), reading)
    reading.depth -= 1
    reading.base = base
