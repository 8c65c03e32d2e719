"""Bring a path as written to one spelling."""

import posixpath
import re

_OWN_ROOT = re.compile(r"^/proc/(self|thread-self)(/task/\d+)?/root(?=/|$)")
_OWN_CWD = re.compile(r"^/proc/(self|thread-self)(/task/\d+)?/cwd(?=/|$)")


def absolute_path(written: str, *, base: str, home: str) -> str:
    """Give the absolute path without `.`, `..`, doubled slashes and known aliases of `/`.

    base: where relative paths start. Links are not followed: the sandbox's files are not here.
    """
    if written == "~" or written.startswith("~/"):
        written = home + written[1:]
    path = _normal(posixpath.join(base, written))
    while True:
        plain = _OWN_CWD.sub(base, _OWN_ROOT.sub("", path), count=1)
        plain = _normal(plain or "/")
        if plain == path or len(plain) > len(path):
            return plain
        path = plain


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal
