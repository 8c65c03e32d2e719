"""The journal of one sandbox: the provider's entries and the kernel's events in one chain."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from seatrial.core.canonical import Json
from seatrial.core.journal_entry import JournalKind
from seatrial.core.problem import UnavailableError
from seatrial.testbed.journal.argv import command_facts, storable
from seatrial.testbed.journal.facts import network_facts, process_facts
from seatrial.testbed.journal.frames import Counts, ProcessStart
from seatrial.testbed.journal.recorder import KernelEvent, Recorder
from seatrial.testbed.journal.writer import JournalWriter

_LOST_GUARANTEES: Sequence[Json] = (
    "program starts of the sandbox are not recorded",
    "network attempts of the sandbox are not recorded",
)

_OWN_KERNEL: Mapping[Json, str] = {
    "runsc": "programs run on the sandbox's own kernel, where the host's sees none of them"
}
"""Runtimes (as OPENED names them) whose programs no instrument of the host sees."""

_BATCH = 64
"""Events written at once: by so many a journal may exceed its room."""


class FileSandboxJournal:
    """The journal of one sandbox. May be called from several threads.

    Entries of the provider are written as they come; the kernel's events as the recorder
    brings them, each dated when it happened. So the order of lines is that of writing, and
    `kernel_ns` orders the kernel's own.
    """

    def __init__(
        self,
        writer: JournalWriter,
        *,
        uid_base: int,
        now_ns: Callable[[], int],
        room: Mapping[JournalKind, int],
    ) -> None:
        self._writer = writer
        self._uid_base = uid_base
        self._now_ns = now_ns
        self._room = dict(room)
        self._unwritten = dict.fromkeys(room, 0)
        self._told = {"process": 0, "network": 0}
        self._recorder: Recorder | None = None
        self._token = 0
        self._missed_before = 0
        self._whole = True
        self._closed = False
        self._lock = threading.Lock()

    def follow(self, recorder: Recorder) -> None:
        """Take the kernel's events from `recorder` from now on."""
        self._token, counts = recorder.attach(self, uid_base=self._uid_base)
        self._missed_before = counts.machine_missed
        self._recorder = recorder

    def record(self, kind: JournalKind, facts: Mapping[str, Json]) -> None:
        """Append an entry. OPENED gets `instrument` added; CLOSED ends the journal as `close`.

        Raises: UnavailableError when the file cannot take it; RuntimeError after CLOSED.
        """
        if kind is JournalKind.OPENED:
            facts = {**facts, "instrument": self._instrument(facts.get("runtime"))}
        if kind is JournalKind.EXEC:
            facts = command_facts(facts)
        if kind is JournalKind.CLOSED:
            self._end(facts)
        elif self._closed:
            raise RuntimeError(f"a {kind.value} entry came after the closing entry")
        else:
            self._writer.append(kind, {key: storable(fact) for key, fact in facts.items()})

    def close(self) -> None:
        """Write what the kernel still holds, then CLOSED with counts, then wait for the disk.

        May take as long as draining takes: milliseconds, at most half a minute.
        """
        self._end({})
        self._writer.close()

    def deliver(self, events: Sequence[KernelEvent]) -> None:
        """Take the kernel's events, from the recorder's thread."""
        ahead = self._now_ns() - time.monotonic_ns()
        in_order = sorted(events, key=lambda event: event.kernel_ns)
        for start in range(0, len(in_order), _BATCH):
            self._deliver(in_order[start : start + _BATCH], ahead)

    def tell_losses(self, counts: Counts) -> None:
        """Write down what the kernel had to drop since the last time."""
        new = {
            "process": counts.process_lost - self._told["process"],
            "network": counts.network_lost - self._told["network"],
        }
        self._told = {"process": counts.process_lost, "network": counts.network_lost}
        if any(new.values()):
            self._lose("buffer_full", process=new["process"], network=new["network"])

    def tell_death(self, why: str) -> None:
        """Write down that the kernel's record ends here."""
        if not self._closed:
            self._lose(
                "recorder_died", process=None, network=None, what=f"The recorder ended: {why}."
            )

    def _instrument(self, runtime: Json) -> Json:
        if self._recorder is None:
            return {"mechanism": "none", "guarantees_lost": _LOST_GUARANTEES}
        lost: list[Json] = []
        if not self._recorder.kernel_copy:
            lost.append("addresses were read from the caller's memory")
        if runtime in _OWN_KERNEL:
            self._whole = False
            lost.append(_OWN_KERNEL[runtime])
        return {"mechanism": "ebpf", "guarantees_lost": lost}

    def _facts(self, event: KernelEvent) -> dict[str, Json]:
        if isinstance(event, ProcessStart):
            return process_facts(event, uid_base=self._uid_base)
        return network_facts(event, uid_base=self._uid_base)

    def _deliver(self, events: Sequence[KernelEvent], ahead: int) -> None:
        entries: list[tuple[JournalKind, dict[str, Json], int]] = []
        for event in events:
            is_process = isinstance(event, ProcessStart)
            kind = JournalKind.PROCESS if is_process else JournalKind.NETWORK
            if self._room[kind] > 0:
                entries.append((kind, self._facts(event), event.kernel_ns + ahead))
            else:
                self._unwritten[kind] += 1
        self._write(entries)

    def _write(self, entries: Sequence[tuple[JournalKind, dict[str, Json], int]]) -> None:
        try:
            sizes = self._writer.append_all(entries)
        except (UnavailableError, RuntimeError):
            for kind, _, _ in entries:
                self._unwritten[kind] += 1
            return
        for (kind, _, _), size in zip(entries, sizes, strict=True):
            self._room[kind] -= size

    def _lose(
        self, reason: str, *, process: int | None, network: int | None, what: str | None = None
    ) -> None:
        """Write a LOST entry, from the recorder's thread too, where nothing may raise."""
        self._whole = False
        known = [count for count in (process, network) if count is not None]
        facts: dict[str, Json] = {
            "count": sum(known) if known else None,
            "network": network,
            "process": process,
            "reason": reason,
            "what": what,
        }
        with contextlib.suppress(UnavailableError, RuntimeError):  # CLOSED's `whole` tells it
            self._writer.append(JournalKind.LOST, facts)

    def _end(self, facts: Mapping[str, Json]) -> None:
        with self._lock:
            if self._closed:
                return
            counts = self._detach()
            process, network = (
                self._unwritten[kind] for kind in (JournalKind.PROCESS, JournalKind.NETWORK)
            )
            if process or network:
                self._lose("journal_full", process=process, network=network)
            self._closed = True
            self._writer.append(
                JournalKind.CLOSED,
                {
                    "reason": "closed",
                    **facts,
                    "entries": self._writer.counts(),
                    "kernel": counts,
                    "whole": self._whole and self._recorder is not None,
                },
            )

    def _detach(self) -> Json:
        """Drain; give the kernel's own counters, None where there are none to be had."""
        if self._recorder is None:
            return None
        try:
            counts = self._recorder.detach(self._token)
        except UnavailableError:
            if self._recorder.death is None:
                self._lose("recorder_hangs", process=None, network=None)
            return None
        self.tell_losses(counts)
        missed = counts.machine_missed - self._missed_before
        if missed:
            self._lose("kernel_missed", process=missed, network=None)
        return {
            "network_lost": counts.network_lost,
            "network_seen": counts.network_seen,
            "process_lost": counts.process_lost,
            "process_seen": counts.process_seen,
        }
