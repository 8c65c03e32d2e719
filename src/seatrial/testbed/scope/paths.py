"""Bring a path as written to one spelling."""

import posixpath
import re

_OWN = re.compile(r"/proc/(?:self|thread-self)(?:/task/\d+)?/(root|cwd)")
_LINKED = {"/dev/fd": "/proc/self/fd", "/proc/net": "/proc/self/net"}
"""Links of every sandbox, which `..` leads out of by where they point to."""


def absolute_path(written: str, *, base: str, home: str) -> str:
    """Give the absolute path without `.`, `..`, doubled slashes and known aliases of `/`.

    base: where relative paths start. Links are not followed but for those of `/proc` to the
    process itself: the sandbox's files are not here.
    """
    path = ""
    for part in posixpath.join(base, _without_tilde(written, base, home)).split("/"):
        if part == "..":
            path = _LINKED.get(path, path).rpartition("/")[0]
        elif part not in ("", "."):
            path = f"{path}/{part}"
            if own := _OWN.fullmatch(path):
                path = "" if own[1] == "root" or base == "/" else base
    return path or "/"


def _without_tilde(written: str, base: str, home: str) -> str:
    name, slash, rest = written.partition("/")
    if not name.startswith("~"):
        return written
    homes = {"~": home, "~+": base, "~root": "/root"}
    return homes.get(name, f"/home/{name[1:]}") + slash + rest
