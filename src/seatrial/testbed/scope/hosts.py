"""Find the hosts that a text or an argument names."""

import re
from urllib.parse import urlsplit

UNKNOWN_HOST = "unknown"
"""Target of a connection whose host only the shell will know."""

PACKAGE_INDEX = "package-index"
"""Target of a package manager that would ask its index."""

_DEV_NET = re.compile(r"/dev/(?:tcp|udp)/([^/\s\"']+)")
_URL = re.compile(r"\b(?:https?|ftp|ftps|ws|wss|ssh|git|tcp|udp)://[^\s\"'<>|;)]+")


def device_hosts(text: str) -> tuple[str, ...]:
    """Find hosts of bash's `/dev/tcp/HOST/PORT`. One with an expansion in it is unknown."""
    return tuple(UNKNOWN_HOST if "$" in host else host for host in _DEV_NET.findall(text))


def url_hosts(text: str) -> tuple[str, ...]:
    """Find hosts of the URLs in a text."""
    return tuple(host_of(url) for url in _URL.findall(text))


def host_of(written: str) -> str:
    """Give the host of a URL, `user@host:path`, `host:port` or bare address."""
    try:
        host = urlsplit(written if "://" in written else f"//{written}").hostname
    except ValueError:
        host = None
    return host or UNKNOWN_HOST
