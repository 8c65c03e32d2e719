"""Journals as files in one folder, fed by the provider and, as root, by the kernel."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.testbed.journal.recorder import Recorder
from seatrial.testbed.journal.sandbox_journal import FileSandboxJournal
from seatrial.testbed.journal.writer import JournalWriter

PROCESS_BYTES = 192 * 1024 * 1024
"""Of a journal's file for program starts (some 350,000); more are counted, not written."""

NETWORK_BYTES = 64 * 1024 * 1024
"""The same for network attempts: apart, so that a flood of these hides no program start."""


class FileJournalFactory:
    """Opens `<label>.jsonl` in `directory` for each sandbox; implements JournalFactory.

    recorder: None where the kernel's record cannot be had (not root); each journal's
        opening entry then says what is lost.
    now_ns: the wall clock, nanoseconds since 1970 (UTC).
    strict: refuse to open a journal without the kernel's record.
    """

    def __init__(
        self,
        directory: Path,
        *,
        recorder: Recorder | None,
        now_ns: Callable[[], int],
        strict: bool = False,
        process_bytes: int = PROCESS_BYTES,
        network_bytes: int = NETWORK_BYTES,
    ) -> None:
        self._directory = directory
        self._recorder = recorder
        self._now_ns = now_ns
        self._strict = strict
        self._room = {JournalKind.PROCESS: process_bytes, JournalKind.NETWORK: network_bytes}

    def path_of(self, sandbox: str) -> Path:
        """Give the file that the journal of `sandbox` has or will have."""
        return self._directory / f"{quote(sandbox, safe=' ')}.jsonl"

    def open(self, *, sandbox: str, uid_base: int) -> FileSandboxJournal:
        """Start the journal of `sandbox`; the kernel's events flow when this returns.

        Raises: UnavailableError when the file cannot be made, or under strict when the
            kernel's record cannot be had; BadInputError when there is a journal already.
        """
        recorder = self._recorder
        if self._strict and (recorder is None or recorder.death):
            why = recorder.death if recorder else "no recorder runs"
            raise UnavailableError(
                f"Program starts cannot be recorded: {why}.",
                "Start as root on a kernel that lets it load tracing programs, or leave --strict.",
            )
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnavailableError(
                f"The folder for journals {self._directory} cannot be made: {error.strerror}.",
                "Make room there or choose a folder that you may write to.",
            ) from error
        writer = JournalWriter(self.path_of(sandbox), sandbox=sandbox, now_ns=self._now_ns)
        journal = FileSandboxJournal(
            writer, uid_base=uid_base, now_ns=self._now_ns, room=self._room
        )
        if recorder and not recorder.death:
            try:
                journal.follow(recorder)
            except UnavailableError:
                if self._strict or not recorder.death:
                    writer.close()
                    raise
        return journal
