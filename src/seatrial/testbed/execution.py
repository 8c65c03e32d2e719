"""Run one command in a live sandbox, to its end or its timeout."""

import errno
import fcntl
import os
import posixpath
import time
from dataclasses import dataclass

import anyio

from seatrial.core.canonical import Json, digest_bytes
from seatrial.core.journal_entry import JournalKind
from seatrial.core.ports import ExecOutcome, SandboxGoneError
from seatrial.testbed.accounts import Account, NoSuchUserError
from seatrial.testbed.command import Command
from seatrial.testbed.drain import Pipes
from seatrial.testbed.entrance import end_sandbox, entry_for, kill_tree
from seatrial.testbed.live import LiveSandbox
from seatrial.testbed.spawn import reap, safe_pipe, spawn

NOT_EXECUTABLE = 126
NOT_FOUND = 127
_SIGNALLED = 128
_KILLED = _SIGNALLED + 9
_KILL_AGAIN_S = 0.05
_END_SANDBOX_S = 30.0
"""A killed command ends within milliseconds, on an overloaded machine within seconds. One that
does not is held by something inside, and the sandbox ends with it."""
_PIPE_BYTES = 65_536  # a new pipe's capacity; input up to it needs no feeding


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecReport:
    """A command's outcome, and why it did not start if it did not.

    failed: the step before the program ran that failed, else empty; `exec` is its execution
        itself. error: errno of that step.
    """

    outcome: ExecOutcome
    failed: str = ""
    error: int = 0


async def run_command(live: LiveSandbox, command: Command, limit: int) -> ExecReport:
    """Run a command and journal it, also when it times out or is cancelled.

    limit: bytes per output stream.
    Raises: SandboxGoneError.
    """
    started = time.monotonic()
    if not live.running():
        raise SandboxGoneError(f"sandbox {live.label} has ended")
    try:
        account = live.account(command.user)
    except NoSuchUserError as error:
        refusal = _refusal(str(error), "user", errno.ENOENT, NOT_EXECUTABLE)
        _journal(live, command, refusal.outcome, started)
        return refusal
    run = _Run(live=live, command=command, account=account, limit=limit)
    report: ExecReport | None = None
    try:
        report = await run.to_end()
    finally:
        outcome = run.cut_off() if report is None else report.outcome
        _journal(live, command, outcome, started, cancelled=report is None)
    return report


class _NotStartedError(Exception):
    """The arguments cannot be given to any program."""


def _unpassable(error: ValueError | OSError) -> bool:
    """Whether a NUL, a lone surrogate or sheer size kept arguments from a program."""
    return isinstance(error, ValueError) or error.errno == errno.E2BIG


class _Run:
    """One execution. A command whose harness task is cancelled is killed all the same."""

    def __init__(
        self, *, live: LiveSandbox, command: Command, account: Account, limit: int
    ) -> None:
        self._live = live
        self._command = command
        self._account = account
        self._limit = limit
        self._child = live.next_command()
        self._pipes: Pipes | None = None

    async def to_end(self) -> ExecReport:
        live = self._live
        ooms = live.cgroup.oom_kills()
        try:
            pid, pipes = self._start()
        except _NotStartedError as error:
            message = f"cannot pass the command on: {error}"
            return _refusal(message, "arguments", errno.E2BIG, NOT_EXECUTABLE)
        self._pipes = pipes
        timed_out = False
        try:
            with anyio.move_on_after(self._command.timeout) as scope:
                await pipes.run()
            timed_out = scope.cancelled_caught and not pipes.ended
        finally:
            if not pipes.ended:
                with anyio.CancelScope(shield=True):
                    await self._kill(pipes, pid)
            pipes.close()
            reap(pid)
            live.cgroup.drop_child(self._child)
        oom_killed = live.cgroup.oom_kills() > ooms
        return self._report(pipes, timed_out=timed_out, oom_killed=oom_killed)

    def cut_off(self) -> ExecOutcome:
        """Give what is known of a run that was cancelled or failed."""
        out, err = (self._pipes.out, self._pipes.err) if self._pipes else (b"", b"")
        return ExecOutcome(returncode=_KILLED, stdout=bytes(out), stderr=bytes(err))

    def _start(self) -> tuple[int, Pipes]:
        live, command = self._live, self._command
        theirs: list[int] = []  # the command's ends and what its helper needs
        ours: list[int] = []
        try:
            stdin = self._stdin(theirs, ours)
            for _ in range(3):
                read, write = safe_pipe()
                ours.append(read)
                theirs.append(write)
            groups = [
                os.open(file, os.O_WRONLY | os.O_CLOEXEC)
                for file in live.cgroup.make_child(self._child)
            ]
            theirs += groups
            entry = entry_for(
                live,
                command,
                self._account,
                child=self._child,
                status=theirs[3],
                groups=tuple(groups),
            )
            pid = spawn(
                entry.program,
                entry.argv,
                stdin=theirs[0],
                stdout=theirs[1],
                stderr=theirs[2],
                keep=entry.keep,
            )
        except BaseException as error:
            for file in ours:
                os.close(file)
            live.cgroup.drop_child(self._child)
            if isinstance(error, (ValueError, OSError)) and _unpassable(error):
                # Not the error's own words: they name the helper's path on the host.
                why = os.strerror(errno.E2BIG) if isinstance(error, OSError) else str(error)
                raise _NotStartedError(why) from error
            raise
        finally:
            for file in theirs:
                os.close(file)
        out, err, said = ours[-3:]
        return pid, Pipes(
            stdout=out,
            stderr=err,
            status=said,
            stdin=stdin,
            to_send=memoryview(command.stdin if stdin is not None else b""),
            limit=self._limit,
        )

    def _stdin(self, theirs: list[int], ours: list[int]) -> int | None:
        """Make the command's standard input. Returns: our end, if it has to be fed."""
        content = self._command.stdin
        # A pipe even for nothing: runsc gives its standard streams to the user nobody, who would
        # then own the host's /dev/null.
        read, write = safe_pipe()
        theirs.append(read)
        if len(content) <= min(_PIPE_BYTES, fcntl.fcntl(write, fcntl.F_GETPIPE_SZ)):
            os.write(write, content)
            os.close(write)
            return None
        ours.append(write)
        return write

    async def _kill(self, pipes: Pipes, waiter: int) -> None:
        """Kill the command's whole tree and wait for its end."""
        last = anyio.current_time() + _END_SANDBOX_S
        while not pipes.ended:
            if anyio.current_time() > last:
                end_sandbox(self._live, waiter)
            # Again and again: a command just started may not have joined its group yet.
            await kill_tree(self._live, self._child, waiter)
            with anyio.move_on_after(_KILL_AGAIN_S):
                await pipes.run()

    def _report(self, pipes: Pipes, *, timed_out: bool, oom_killed: bool) -> ExecReport:
        word, *rest = bytes(pipes.said).decode().split() or ["lost"]
        if word == "failed":
            return self._failed(rest[0], int(rest[1]))
        if word == "exit":
            returncode = int(rest[0])
            if self._live.record.runtime == "runsc" and returncode == NOT_EXECUTABLE:
                return self._refused_by_shell(bytes(pipes.err))
        elif word == "signal":
            returncode = _SIGNALLED + int(rest[0])
        elif timed_out or pipes.exceeded:
            returncode = _KILLED
        else:
            raise SandboxGoneError(f"sandbox {self._live.label}: the exec helper was lost")
        return ExecReport(
            outcome=ExecOutcome(
                returncode=returncode,
                stdout=bytes(pipes.out),
                stderr=bytes(pipes.err),
                timed_out=timed_out,
                oom_killed=oom_killed,
                output_exceeded=pipes.exceeded,
            )
        )

    def _refused_by_shell(self, said: bytes) -> ExecReport:
        """Report 126 under gVisor, where a shell inside executes and only its words tell why."""
        outcome = ExecOutcome(returncode=NOT_EXECUTABLE, stdout=b"", stderr=said)
        denied = b"ermission denied" in said
        return ExecReport(outcome=outcome, failed="exec", error=errno.EACCES if denied else 0)

    def _failed(self, step: str, error: int) -> ExecReport:
        why = os.strerror(error)
        program = self._command.argv[0] if self._command.argv else ""
        if step == "exec":
            code = NOT_FOUND if error in (errno.ENOENT, errno.ENOTDIR) else NOT_EXECUTABLE
            return _refusal(f"{program}: {why}", step, error, code)
        if step == "cwd":
            where = self._command.cwd or self._live.spec.workdir
            message = f"cannot enter working directory {where!r}: {why}"
            return _refusal(message, step, error, NOT_EXECUTABLE)
        if step == "fork" and error == errno.EAGAIN:
            message = f"cannot start {program}: process limit reached"
            return _refusal(message, step, error, NOT_EXECUTABLE)
        raise SandboxGoneError(f"sandbox {self._live.label} cannot run commands: {step}: {why}")


def _refusal(message: str, step: str, error: int, returncode: int) -> ExecReport:
    stderr = f"{message}\n".encode(errors="replace")
    outcome = ExecOutcome(returncode=returncode, stdout=b"", stderr=stderr)
    return ExecReport(outcome=outcome, failed=step, error=error)


def _journal(
    live: LiveSandbox,
    command: Command,
    outcome: ExecOutcome,
    started: float,
    *,
    cancelled: bool = False,
) -> None:
    facts: dict[str, Json] = {
        "argv": [_clean(one) for one in command.argv],
        "user": _clean(command.user or live.spec.user),
        "cwd": _clean(posixpath.join(live.spec.workdir, command.cwd or "")),
        "env": sorted(_clean(name) for name in command.env or {}),
        "returncode": outcome.returncode,
        "duration_ms": round((time.monotonic() - started) * 1000, 3),
        "timed_out": outcome.timed_out,
        "oom_killed": outcome.oom_killed,
        "output_exceeded": outcome.output_exceeded,
        "cancelled": cancelled,
    }
    for name, content in (
        ("stdin", command.stdin),
        ("stdout", outcome.stdout),
        ("stderr", outcome.stderr),
    ):
        facts[name] = {"digest": digest_bytes(content), "size": len(content)}
    live.journal.record(JournalKind.EXEC, facts)


def _clean(text: str) -> str:
    """Make any string one that JSON can hold: a model can send lone surrogates."""
    return text.encode(errors="backslashreplace").decode()
