"""Borrow the rights of a sandbox's user for file accesses made on the host's side."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from seatrial.testbed.accounts import Account
from seatrial.testbed.syscalls import (
    CAP_DAC_OVERRIDE,
    raise_capability,
    set_fs_ids,
    set_groups,
)


@contextmanager
def rights_of(account: Account, base: int, *, override: bool = False) -> Iterator[None]:
    """Let this thread's file accesses count as the user's; no await may happen inside.

    The kernel then checks permissions and owns new files as if the user had acted: leaving
    the file system uid of root also takes the file capabilities away.
    override: keep CAP_DAC_OVERRIDE, which root inside a sandbox has.
    """
    before = os.getgroups()
    try:
        set_groups([base + group for group in account.groups])
        set_fs_ids(base + account.uid, base + account.gid)
        if override:
            raise_capability(CAP_DAC_OVERRIDE)
        yield
    finally:
        set_fs_ids(os.geteuid(), os.getegid())
        set_groups(before)
