"""Borrow the rights of a sandbox's user for file accesses made on the host's side."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from seatrial.testbed.accounts import Account
from seatrial.testbed.syscalls import (
    CAP_DAC_OVERRIDE,
    effective_capabilities,
    set_fs_ids,
    set_groups,
)


@contextmanager
def rights_of(account: Account, base: int, *, override: bool = False) -> Iterator[None]:
    """Let this thread's file accesses count as the user's; no await may happen inside.

    The kernel then checks permissions and owns new files as if the user had acted. Every
    capability is put down as well: files of /proc and /sys look at them, and a link to
    /proc/kmsg must not show the host's kernel log.
    override: keep CAP_DAC_OVERRIDE, which root inside a sandbox has.
    """
    groups = os.getgroups()
    capabilities = effective_capabilities()
    try:
        set_groups([base + group for group in account.groups])
        set_fs_ids(base + account.uid, base + account.gid)
        effective_capabilities(CAP_DAC_OVERRIDE if override else 0)
        yield
    finally:
        effective_capabilities(capabilities)
        set_fs_ids(os.geteuid(), os.getegid())
        set_groups(groups)
