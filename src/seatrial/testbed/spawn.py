"""Start a helper process cheaply, with exactly the descriptors it is given."""

import fcntl
import os
from collections.abc import Sequence

_FIRST_FREE = 3


def spawn(
    program: str,
    argv: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    keep: Sequence[int] = (),
) -> int:
    """Start `program` in a session of its own, with no environment variable of ours.

    keep: further descriptors it gets, under their own numbers; all at least 3.
    Returns: its pid; the caller must reap it.
    posix_spawn takes the kernel's vfork path: the harness's memory is not copied.
    """
    actions: list[tuple[int, int, int]] = [
        (os.POSIX_SPAWN_DUP2, stdin, 0),
        (os.POSIX_SPAWN_DUP2, stdout, 1),
        (os.POSIX_SPAWN_DUP2, stderr, 2),
    ]
    # Onto itself: clears close-on-exec in the child alone.
    actions += [(os.POSIX_SPAWN_DUP2, file, file) for file in keep]
    return os.posix_spawn(program, [program, *argv], {}, file_actions=actions, setsid=True)


def safe_pipe() -> tuple[int, int]:
    """Make a pipe whose ends are not the standard streams' numbers, even if those are closed."""
    read, write = os.pipe2(os.O_CLOEXEC)
    return _move_up(read), _move_up(write)


def _move_up(file: int) -> int:
    if file >= _FIRST_FREE:
        return file
    moved = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    os.close(file)
    return moved


def reap(pid: int) -> int:
    """Wait for a process that is ending. Returns: its exit status, -1 when someone else reaped."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -1
