"""Find the hosts a command would reach."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.action import Verb
from seatrial.testbed.scope.arguments import plain_arguments
from seatrial.testbed.scope.hosts import PACKAGE_INDEX, UNKNOWN_HOST, host_of
from seatrial.testbed.scope.reading import Reading, Word

_NETCATS = frozenset({"nc", "ncat", "netcat"})
_SOCAT = re.compile(r"(?:TCP|UDP|SCTP)[46]?(?:-CONNECT)?:([^:,]+)", re.IGNORECASE)
_HOST_PORT = re.compile(r"[\w.\[\]-]+:\d+$")
_INSTEAD = frozenset({"--resolve", "--connect-to"})
_AT_HOST = re.compile(r"[\w.-]+@[\w.-]+:")


def read_hosts(name: str, arguments: Sequence[Word], reading: Reading, source: str) -> None:
    """Note a connection for each host that a network program is given."""
    for host in (*_hosts(name, arguments), *_hosts_of_options(name, arguments)):
        reading.add(Verb.CONNECT, host, source)


def _hosts_of_options(name: str, arguments: Sequence[Word]) -> Iterable[str]:
    """Find hosts that options name: proxies, other addresses for a name, lists in files."""
    for before, word in pairwise((Word(text=""), *arguments)):
        option, equals, value = word.text.partition("=")
        if before.text in programs.PROXY_OPTIONS.get(name, ()):
            yield _host(word)
        elif equals and option in programs.PROXY_OPTIONS.get(name, ()):
            yield host_of(value)
        elif word.text.startswith(programs.HOSTS_FROM_FILE.get(name, ("\0",))):
            yield UNKNOWN_HOST
        elif name == "curl" and before.text in _INSTEAD:
            yield word.text.split(":")[2] if word.text.count(":") > 1 else UNKNOWN_HOST


def _hosts(name: str, arguments: Sequence[Word]) -> Iterable[str]:
    plain = plain_arguments(arguments, programs.VALUE_OPTIONS.get(name, ""))
    if words := programs.INSTALLERS.get(name):
        return [PACKAGE_INDEX] if any(word.text in words for word in plain) else []
    if name in programs.URL_FETCHERS:
        return [_host(word) for word in ([w for w in arguments if "://" in w.text] or plain)]
    if name in programs.HOST_FIRST:
        return _named_first(name, arguments, plain)
    if name in programs.REMOTE_COPIERS:
        return [_host(w) for w in plain if ":" in w.text and not w.text.startswith(("/", "."))]
    return _among(name, arguments, plain)


def _among(name: str, arguments: Sequence[Word], plain: Sequence[Word]) -> list[str]:
    match name:
        case "git":
            remote = [w for w in plain if "://" in w.text or _AT_HOST.match(w.text)]
            return [_host(word) for word in remote]
        case "socat":
            return [m[1] for word in arguments if (m := _SOCAT.match(word.text))]
        case "openssl":
            return [_host(word) for word in arguments if _HOST_PORT.match(word.text)]
        case "getent" if len(plain) > 1 and plain[0].text in {"hosts", "ahosts"}:
            return [_host(plain[1])]
        case _:
            return []


def _named_first(name: str, arguments: Sequence[Word], plain: Sequence[Word]) -> list[str]:
    if name in _NETCATS and any(
        re.fullmatch(r"-[a-zA-Z]*[lU][a-zA-Z]*", w.text) for w in arguments
    ):
        return []  # listens, or speaks to a unix socket
    if name == "dig":
        return [_host(Word(text=w.text.removeprefix("@"), known=w.known)) for w in plain]
    return [_host(word) for word in plain[:1]]


def _host(word: Word) -> str:
    return host_of(word.text) if word.known or "://" in word.text else UNKNOWN_HOST
