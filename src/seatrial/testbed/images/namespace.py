"""A user namespace in which an ordinary user can own an image's files."""

import shutil
from collections.abc import Sequence

from seatrial.core.problem import UnavailableError


def command_in_user_namespace(argv: Sequence[str]) -> tuple[str, ...]:
    """Give the command that runs `argv` as root of a user namespace with the caller's id ranges.

    Root inside is the caller outside; ids from 1 are those of the caller's first range in
    /etc/subuid and /etc/subgid. Source: unshare(1), --map-auto, util-linux 2.38.
    Raises: UnavailableError when the programs for it are missing.
    """
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("newuidmap") is None:
        raise UnavailableError(
            "Images need root's rights, or unshare and newuidmap for a user namespace.",
            "Run it as root, or have an administrator install uidmap and util-linux.",
        )
    return (unshare, "--user", "--map-root-user", "--map-auto", "--mount", "--", *argv)
