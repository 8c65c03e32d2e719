"""A worker from start to end: join the others, look for what is due, leave."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, SetWorkflowID
from sqlalchemy.exc import SQLAlchemyError

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.queue.durable import (
    RESCANS,
    SIGNATURES,
    SWEEPS,
    TRIALS,
    durable_work,
    recover_orphans,
    tidy,
    workflows_of,
)
from seatrial.adapters.queue.membership import Membership
from seatrial.adapters.queue.work_database import work_database_of
from seatrial.core.problem import ProblemError
from seatrial.core.record import to_json
from seatrial.faces.desk.host_orders import HOLDER, handed_in, is_left
from seatrial.faces.desk.orders import ordered_trials
from seatrial.faces.desk.rescans import running_rescans
from seatrial.faces.worker import workflows
from seatrial.faces.worker.due import DueReader
from seatrial.faces.worker.notices import anybody_to_mail, anybody_to_tell
from seatrial.faces.worker.stop import Stop
from seatrial.faces.worker.trial_child import end_children
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger
from seatrial.wiring.worker import the_blob_folder, the_leases, the_work_database

TIDY_SECONDS = 600.0
"""Between two looks for workflows that can be forgotten."""

MAIL_SECONDS = 60.0
"""Before mails are tried again that could not be sent, unless something new happens. Our choice."""

KEPT = timedelta(days=7)
"""How long ended sweeps stay, for whoever looks into a fault. Our choice."""

FIRST_PAUSE = 30.0
LAST_PAUSE = 3600.0
"""Seconds before a trial that could not go on is tried again: doubled each time, up to an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """trials, others: which sorts of work this worker does. look_seconds: between two looks."""

    data: Path
    trials: bool = True
    others: bool = True
    trials_at_once: int = 1
    look_seconds: float = 5.0
    dead_seconds: float = 30.0


@dataclass(slots=True)
class _Pauses:
    """When a trial may be tried again, by this host's monotonic clock."""

    until: dict[str, float] = field(default_factory=dict[str, float])

    def over(self, name: str, attempts: int, now: float) -> bool:
        """Say whether the pause after some attempts is over; the first look begins it."""
        if not attempts:
            return True
        key = f"{name} {attempts}"
        pause = min(LAST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
        return now >= self.until.setdefault(key, now + pause)


@dataclass(slots=True)
class _Tidying:
    """Forgets old workflows, now and then."""

    next: float = 0.0

    def look(self) -> None:
        """Forget what is old, when the last time was long ago."""
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + TIDY_SECONDS
            tidy(the_clock().now() - KEPT)


@dataclass(slots=True)
class _Telling:
    """Has people told, and what a kill or a silent mail server left unmailed mailed later."""

    next: float = 0.0

    def look(self) -> None:
        """Tell what is new. Raises: ProblemError when it cannot be done now."""
        if anybody_to_tell() or (time.monotonic() >= self.next and anybody_to_mail()):
            self.next = time.monotonic() + MAIL_SECONDS
            DBOS.enqueue_workflow(SWEEPS, workflows.notify).get_result()


def run_worker(options: WorkerOptions, stop: Stop, say: Callable[[str], None]) -> None:
    """Work until `stop` is asked for; then the process ends.

    say: tells what an operator should know.
    """
    executor = fresh_id()
    url = work_database_of(options.data)
    membership = Membership(
        engine=the_work_database(),
        executor=executor,
        fenced=lambda why: _start_anew(why, say),
        dead=lambda name: say(f"worker {name} is dead; its work is taken over"),
        dead_seconds=options.dead_seconds,
        fenced_seconds=options.dead_seconds * 2 / 3,
        beat_seconds=min(2.0, options.dead_seconds / 10),
    )
    others = [SWEEPS, SIGNATURES, RESCANS]
    queues = [*([TRIALS] if options.trials else []), *(others if options.others else [])]
    membership.join()
    with durable_work(
        url,
        executor,
        queues=queues,
        trials_at_once=options.trials_at_once,
        poll_seconds=min(1.0, options.look_seconds),
    ):
        say(f"worker {executor} works: {', '.join(queues)}")
        the_blobs().finish_purges()
        reader, pauses = DueReader(the_ledger(), the_blob_folder()), _Pauses()
        tidying, telling = _Tidying(), _Telling()
        while not stop.asked:
            try:
                recover_orphans(membership.living)
                tidying.look()
                if options.others:
                    _sweep(reader)
                    _start_signatures(pauses)
                    _start_rescans(pauses)
                if options.trials:
                    _start_trials(pauses)
                if options.others:
                    # Last: what waits for a mail server holds nothing else up.
                    telling.look()
            except ProblemError as problem:
                say(f"{problem.what} {problem.remedy}")
            except SQLAlchemyError:
                # Membership ends the worker when this lasts.
                say("The work database does not answer.")
            stop.wait(options.look_seconds)
        # Whoever takes over finds nothing of this worker running.
        end_children()
        membership.leave()
        # Threads of DBOS and of unfinished steps would hold the process for half a minute; what
        # they have not done is another's now.
        os._exit(0)


def _sweep(reader: DueReader) -> None:
    """Let what is due be done, one list at a time; what is left is found due again."""
    dues = reader.due(the_clock().now())
    if dues:
        found: list[Any] = [to_json(one) for one in dues]
        DBOS.enqueue_workflow(SWEEPS, workflows.sweep, found).get_result()


def _start_trials(pauses: _Pauses) -> None:
    """Start ordered trials that no host runs or ran."""
    for ordered in ordered_trials():
        case, trial = ordered.case, ordered.started.trial
        if the_leases().held(case, trial, the_clock().now()) not in (None, HOLDER):
            continue
        if handed_in(case, trial) is None:
            _start(TRIALS, workflows.trial, f"trial/{case}/{trial}", (case, trial), pauses)


def _start_signatures(pauses: _Pauses) -> None:
    """Let what hosts handed in be checked and signed; end what no host can hand in any more."""
    for ordered in ordered_trials():
        case, trial = ordered.case, ordered.started.trial
        if handed_in(case, trial) is not None or is_left(ordered):
            _start(SIGNATURES, workflows.sign, f"sign/{case}/{trial}", (case, trial), pauses)


def _start_rescans(pauses: _Pauses) -> None:
    """Start ordered rescans; one that broke off goes on with the cases that have no result."""
    for rescan in running_rescans():
        _start(RESCANS, workflows.rescan, f"rescan/{rescan}", (rescan,), pauses)


def _start(
    queue: str,
    workflow: Callable[..., None],
    name: str,
    given: tuple[str, ...],
    pauses: _Pauses,
) -> None:
    attempts, unfinished = workflows_of(f"{name}/")
    if unfinished or not pauses.over(name, attempts, time.monotonic()):
        return
    # Several workers may come here at once: one identity starts once.
    with SetWorkflowID(f"{name}/{attempts}"):
        DBOS.enqueue_workflow(queue, workflow, *given)


def _start_anew(why: str, say: Callable[[str], None]) -> None:
    """End everything at once, and begin as a new worker in the same process."""
    say(f"this worker starts anew: {why}")
    end_children()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own program, as it was started
