"""Who is who inside a sandbox, by its own passwd and group files. Hostile input."""

import os
import stat
from dataclasses import dataclass

from seatrial.testbed.syscalls import open_in_root

_MAX_BYTES = 1024 * 1024
_MAX_ID = 65535
_MAX_GROUPS = 1024
_NAME, _ID, _GROUP, _HOME = 0, 2, 3, 5
_PASSWD_FIELDS, _GROUP_FIELDS = 7, 4


class NoSuchUserError(LookupError):
    """The sandbox's passwd file does not name the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user inside a sandbox; ids as seen inside, 0 .. 65535."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str


ROOT = Account(name="root", uid=0, gid=0, groups=(0,), home="/")
"""Root inside, whatever the sandbox's files say."""


class Accounts:
    """Looks users up, reading the files again only when they changed.

    root: descriptor of the sandbox's root directory. Files are opened with the caller's rights:
    borrow those of the sandbox first, for `/etc/passwd` may be a link to anything.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._cached: dict[str, tuple[tuple[int, ...], str]] = {}
        self._found: dict[str, Account] = {}

    def find(self, user: str) -> Account:
        """Look up a name or decimal uid. A uid without an entry has gid 0 and home `/`.

        Raises: NoSuchUserError.
        """
        users, fresh = self._text("/etc/passwd")
        groups, also_fresh = self._text("/etc/group")
        if not (fresh and also_fresh):
            self._found.clear()
        if user not in self._found:
            self._found[user] = parse_account(user, users, groups)
        return self._found[user]

    def _text(self, path: str) -> tuple[str, bool]:
        try:
            file = open_in_root(self._root, path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            unchanged = self._cached.pop(path, None) is None
            return "", unchanged
        try:
            facts = os.fstat(file)
            key = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
            if (known := self._cached.get(path)) and known[0] == key:
                return known[1], True
            if not stat.S_ISREG(facts.st_mode):
                return "", False
            text = os.read(file, _MAX_BYTES).decode(errors="replace")
            self._cached[path] = (key, text)
            return text, False
        finally:
            os.close(file)


def parse_account(user: str, passwd: str, group: str) -> Account:
    """Find `user` in the texts of a passwd and a group file; malformed lines are skipped.

    Raises: NoSuchUserError.
    """
    wanted = int(user) if user.isascii() and user.isdecimal() else None
    for line in passwd.splitlines():
        fields = line.split(":")
        if len(fields) != _PASSWD_FIELDS:
            continue
        uid, gid = _id(fields[_ID]), _id(fields[_GROUP])
        if uid is None or gid is None or (fields[_NAME] != user and uid != wanted):
            continue
        name = fields[_NAME]
        return Account(
            name=name,
            uid=uid,
            gid=gid,
            groups=_groups(name, gid, group),
            home=fields[_HOME] or "/",
        )
    if wanted is not None and wanted <= _MAX_ID:
        return Account(name=user, uid=wanted, gid=0, groups=(), home="/")
    raise NoSuchUserError(f"no user {user!r} in the sandbox")


def _groups(name: str, gid: int, group: str) -> tuple[int, ...]:
    found = {gid}
    for line in group.splitlines():
        fields = line.split(":")
        if len(fields) == _GROUP_FIELDS and name in fields[-1].split(","):
            number = _id(fields[_ID])
            if number is not None:
                found.add(number)
    return tuple(sorted(found)[:_MAX_GROUPS])


def _id(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_MAX_ID)):
        return None
    return number if (number := int(text)) <= _MAX_ID else None
