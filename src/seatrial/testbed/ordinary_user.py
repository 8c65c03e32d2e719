"""What is different when the harness is an ordinary user with ids lent by /etc/subuid."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread

from seatrial.core.problem import UnavailableError
from seatrial.core.sandbox_spec import SandboxSpec
from seatrial.testbed.images.namespace import command_in_user_namespace

DELEGATE = (
    "Start in a control group of your own, on a machine with cgroup v2 and systemd: "
    "`systemd-run --user --scope -p Delegate=yes seatrial ...`. It asks the user's service "
    "manager, which a log-in starts, or `loginctl enable-linger` (an administrator, once)."
)
"""How an ordinary user gets memory, pids and CPU limits."""

LOST = ("kernel journal",)
"""Guarantees lost besides limits: no ordinary user may load programs into the kernel."""

WAIT_SECONDS = 600.0
"""How long a sandbox waits for an id range: longer than most samples hold theirs."""

_COPY = (
    "import pathlib, sys; sys.path[:0] = sys.argv[1].split(':'); "
    "from seatrial.testbed.images.store import ImageStore; "
    "store = ImageStore(pathlib.Path(sys.argv[2])); "
    "print(store.shifted_copy(store.resolve(sys.argv[3]), int(sys.argv[4])))"
)


def check_ordinary_user(runtime: str, bases: Sequence[int]) -> None:
    """Raises: UnavailableError when an ordinary user cannot start sandboxes here."""
    if runtime != "crun":
        raise UnavailableError(
            f"Runtime {runtime} was not tried by ordinary users.",
            "Use runtime crun, or start as root.",
        )
    if not bases:
        user = os.geteuid()
        raise UnavailableError(
            f"User {user} has no range of 65,536 subordinate ids for a sandbox.",
            "Start as root, or have an administrator lend some, the same in /etc/subuid and "
            "/etc/subgid (usermod --add-subuids 200000-1248575 --add-subgids 200000-1248575 USER).",
        )


def refuse_what_ordinary_users_lack(spec: SandboxSpec) -> None:
    """Raises: UnavailableError naming what only root's sandboxes have."""
    if spec.network is not None:
        raise UnavailableError(
            "A task needs a private network between sandboxes, which only root can make.",
            "Start as root.",
        )


class ShiftedCopies:
    """Copies of images with owners in a range of the user's: nobody may map those of a mount.

    cache: the testbed's. first: first id that the user has.
    """

    def __init__(self, cache: Path, first: int) -> None:
        self._cache = cache
        self._first = first
        self._known: dict[tuple[str, int], Path] = {}

    async def of(self, digest: str, base: int) -> Path:
        """Give the copy for ids from `base`, made when first asked for: seconds, and disk space.

        Raises: UnavailableError when it cannot be made.
        """
        key = (digest, base)
        if key not in self._known:
            self._known[key] = await anyio.to_thread.run_sync(self._make, digest, base)
        return self._known[key]

    def _make(self, digest: str, base: int) -> Path:
        # In the namespace that images are built in, the user's first lent id is 1.
        shift = str(base - self._first + 1)
        path = ":".join(sys.path)
        python = (sys.executable, "-I", "-c", _COPY, path, str(self._cache), digest, shift)
        done = subprocess.run(  # noqa: S603 - our own code, in a namespace
            command_in_user_namespace(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise UnavailableError(
                f"Image {digest} could not be copied for ids from {base}: "
                f"{done.stderr.strip()[-300:]}",
                "Make room in the cache; see that the user's lines in /etc/subuid and /etc/subgid "
                "are the same.",
            )
        return Path(done.stdout.splitlines()[-1])
