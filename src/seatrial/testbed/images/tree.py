"""The digest of a file tree: the same on every machine that holds the same tree."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from seatrial.core.canonical import Digest, Json, canonical_json

CAPABILITY = "security.capability"
"""The one extended attribute that changes what a program may do; the others are not kept."""

_BLOCK_BYTES = 1024 * 1024  # memory used at once while hashing

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "character",
    stat.S_IFBLK: "block",
    stat.S_IFSOCK: "socket",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSummary:
    """Identity and size of a tree. size_bytes: sum of the sizes of regular files."""

    digest: Digest
    size_bytes: int
    entries: int


def summarise_tree(root: Path) -> TreeSummary:
    """Hash the canonical listing of the tree under `root`.

    One line of canonical JSON for each entry, depth first, names of a folder in byte order: path,
    kind, mode, uid, gid, and where they apply size, SHA-256, link target, device numbers and file
    capabilities. The root itself is the entry with the empty path.
    Time stamps, inode numbers and hard links are left out: they differ between machines and
    change nothing that a program in a read-only image can rely on.
    Raises: OSError when an entry cannot be read.
    """
    listing = hashlib.sha256()
    size_bytes = entries = 0
    for place in chain([root], walk_tree(root)):
        status = place.lstat()
        path = b"" if place == root else os.fsencode(place.relative_to(root))
        listing.update(canonical_json(_facts(place, path, status)) + b"\n")
        entries += 1
        if stat.S_ISREG(status.st_mode):
            size_bytes += status.st_size
    return TreeSummary(
        digest=Digest("sha256:" + listing.hexdigest()), size_bytes=size_bytes, entries=entries
    )


def walk_tree(folder: Path) -> Iterator[Path]:
    """Go through all entries below `folder`, depth first, names in byte order."""
    for place in sorted(folder.iterdir(), key=lambda child: os.fsencode(child.name)):
        yield place
        if stat.S_ISDIR(place.lstat().st_mode):
            yield from walk_tree(place)


def _facts(place: Path, path: bytes, status: os.stat_result) -> dict[str, Json]:
    mode = status.st_mode
    facts: dict[str, Json] = {
        # Latin-1 keeps any byte of a name, so that two names never share a line.
        "path": path.decode("latin-1"),
        "kind": _KINDS[stat.S_IFMT(mode)],
        "mode": stat.S_IMODE(mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
    }
    if stat.S_ISREG(mode):
        facts["size"] = status.st_size
        facts["sha256"] = _sha256(place)
        if capability := capability_of(place):
            facts["capability"] = capability.hex()
    elif stat.S_ISLNK(mode):
        facts["target"] = os.fsencode(place.readlink()).decode("latin-1")
    elif stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        facts["device"] = [os.major(status.st_rdev), os.minor(status.st_rdev)]
    return facts


def _sha256(place: Path) -> str:
    content = hashlib.sha256()
    # O_NOFOLLOW: the entry was a regular file a moment ago and must still be one.
    with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        while block := file.read(_BLOCK_BYTES):
            content.update(block)
    return content.hexdigest()


def capability_of(place: Path) -> bytes:
    """Read a file's capabilities; empty when it has none."""
    try:
        return os.getxattr(place, CAPABILITY, follow_symlinks=False)
    except OSError:
        return b""  # none set, or a file system without extended attributes
