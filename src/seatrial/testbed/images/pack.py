"""Write a tree as a tar whose bytes depend on the tree alone."""

import os
import tarfile
from pathlib import Path

from seatrial.core.problem import BadInputError
from seatrial.testbed.images.tree import CAPABILITY, capability_of


def pack_tree(root: Path, dest: Path) -> None:
    """Write the tree under `root` as a tar at `dest`, entries sorted, ids as numbers.

    Raises: BadInputError when `dest` exists or cannot be written.
    """

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uname = member.gname = ""
        member.mtime = int(member.mtime)
        if member.isreg() and (value := capability_of(root / member.name)):
            member.pax_headers = {f"SCHILY.xattr.{CAPABILITY}": os.fsdecode(value)}
        return member

    try:
        with (
            dest.open("xb") as file,
            tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            archive.add(root, arcname=".", filter=plain)
    except OSError as error:
        raise BadInputError(
            f"The image cannot be written to {dest}: {error}.",
            "Give a path that does not exist yet, in a folder with room.",
        ) from error
