"""A trial as durable work: conduct, seal the evidence, enter the end, clear."""

import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from seatrial.adapters.queue.board import FinishedSample
from seatrial.adapters.queue.model_relay import Relay
from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.core.problem import ProblemError, UnavailableError
from seatrial.core.record import to_json
from seatrial.faces.web.content import Content, media_of
from seatrial.faces.worker.trial_order import (
    WORKER,
    access_ended,
    ordered_trial,
    prepare,
)
from seatrial.faces.worker.trial_process import TrialOrder
from seatrial.review.bundle import (
    MANIFEST_FILE,
    REPORT_HTML_FILE,
    REPORT_JSON_FILE,
    STATEMENT_FILE,
)
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.work_events import TrialEnded
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger
from seatrial.wiring.worker import remove_trial, the_boards, trial_folder

LOOK_SECONDS = 2.0
"""Between two looks at whether access has ended."""

BLIND_SECONDS = 60.0
"""How long a trial goes on while the ledger does not answer. Our choice."""

STOP_SECONDS = 30.0
"""What a trial's process may still take to remove its sandboxes."""

KEPT_ENVIRONMENT = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR", "SEATRIAL_CACHE", "SEATRIAL_RUNTIME",
)  # fmt: skip
"""What the trial's process is told of the worker's: no database, no key, nothing of a provider."""

SEALED_FILES = {
    STATEMENT_FILE: Content.STATEMENT,
    MANIFEST_FILE: Content.MANIFEST,
    REPORT_JSON_FILE: Content.REPORT_DATA,
    REPORT_HTML_FILE: Content.REPORT_PAGE,
}
"""What people read in the portal; the archive holds everything."""

ARCHIVE = "application/x-tar; name=trial-archive; trial={trial}"

_processes: set["subprocess.Popen[bytes]"] = set()
"""Children of this worker, to be ended with it."""

_ending = threading.Event()


def conduct(case: CaseId, trial: str) -> bool:
    """Run a trial to its end, or take it up again; False when it must stop without one.

    Raises: ProblemError when it cannot go on now; what is finished is kept for the next attempt.
    """
    ordered = ordered_trial(case)
    if ordered is None or ordered.started.trial != trial:
        return False
    if (trial_folder(case, trial) / STATEMENT_FILE).exists():
        return True
    if access_ended(case):
        return False
    boards = the_boards()
    boards.say(case, trial, "starting")
    try:
        with ExitStack() as relays:
            order, relay = prepare(ordered, relays)
            ended = _run(case, trial, order, relay)
    except ProblemError as problem:
        boards.say(case, trial, f"waits: {problem.what} {problem.remedy}")
        raise
    return ended


def _run(case: CaseId, trial: str, order: TrialOrder, relay: Relay | None) -> bool:
    folder = Path(order.folder)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _log(folder).open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "seatrial.faces.worker.trial_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )
    _processes.add(child)
    stopped = threading.Event()
    watching = (case, trial, child, relay, stopped)
    watch = threading.Thread(target=_watch, args=watching, daemon=True)
    try:
        if child.stdin is None or child.stdout is None:
            raise TypeError("pipes were asked for")
        # The pipe stays open as long as this worker lives; its end ends the child.
        child.stdin.write(canonical_json(to_json(order)) + b"\n")
        child.stdin.flush()
        watch.start()
        problem = _follow(case, trial, child.stdout)
        status = child.wait()
    finally:
        child.kill()
        child.wait()
        _processes.discard(child)
    while _ending.is_set():
        time.sleep(1)
    if stopped.is_set():
        return False
    if status:
        raise UnavailableError(
            problem or f"The trial's process ended with status {status}.",
            f"It is taken up again by itself; {_log(folder).name} beside its folder tells more.",
        )
    return True


def _follow(case: CaseId, trial: str, lines: IO[bytes]) -> str:
    """Put what the child says on the board until it ends; give the problem it named last."""
    problem = ""
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        if "problem" in said:
            problem = said["problem"]
            continue
        try:
            _show(case, trial, said)
        except UnavailableError:
            # The board helps to watch; the trial does not wait for it.
            continue
    return problem


def _show(case: CaseId, trial: str, said: dict[str, Any]) -> None:
    boards = the_boards()
    if "sample" in said:
        boards.finish(case, trial, FinishedSample(**said))
    elif "planned" in said:
        boards.say(case, trial, "trying", planned=said["planned"])
    elif "step" in said:
        boards.say(case, trial, f"{said['step']}: {said['done']} of {said['total'] or '?'}")
    elif "alert" in said:
        boards.say(case, trial, f"alert: {said['alert']}")


def _watch(
    case: CaseId,
    trial: str,
    child: "subprocess.Popen[bytes]",
    relay: Relay | None,
    stopped: threading.Event,
) -> None:
    """Stop the child when access or the trial has ended: first the relay, then the process."""
    known = time.monotonic()
    while child.poll() is None:
        try:
            if _must_stop(case, trial):
                stopped.set()
                _stop(child, relay)
                return
            known = time.monotonic()
        except UnavailableError:
            # Nobody knows whether access lasts: not for long.
            if time.monotonic() - known > BLIND_SECONDS:
                _stop(child, relay)
                return
        try:
            child.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _must_stop(case: CaseId, trial: str) -> bool:
    ordered = ordered_trial(case)
    return access_ended(case) or ordered is None or ordered.started.trial != trial


def _stop(child: "subprocess.Popen[bytes]", relay: Relay | None) -> None:
    if relay is not None:
        relay.close()
    child.send_signal(signal.SIGINT)
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def end_processes() -> None:
    """Kill the trials' processes of this worker, which is about to end.

    Their steps stay unfinished, for another worker, instead of failing.
    """
    _ending.set()
    for child in tuple(_processes):
        child.kill()


def seal_evidence(case: CaseId, trial: str, key: str) -> str | None:
    """Seal what the trial left; give the signed statement's digest, or None without one."""
    folder = trial_folder(case, trial)
    if not folder.exists():
        return None
    setting = Setting(at=the_clock().now(), actor=WORKER)
    blobs, statement = the_blobs(), None
    finished = (folder / STATEMENT_FILE).exists()
    try:
        if finished:
            for name, content in SEALED_FILES.items():
                bytes_ = (folder / name).read_bytes()
                media = media_of(content, trial)
                blobs.seal(case, BytesIO(bytes_), media, setting, key=f"{key}/{content.value}")
            statement = digest_bytes((folder / STATEMENT_FILE).read_bytes())
        with TemporaryFile(dir=folder.parent) as archive:
            with tarfile.open(fileobj=archive, mode="w") as tar:
                tar.add(folder, arcname=trial)
            archive.seek(0)
            blobs.seal(case, archive, ARCHIVE.format(trial=trial), setting, key=f"{key}/archive")
    except NotPossibleError:
        # The case was purged meanwhile: what the trial left goes with it.
        return statement
    return statement


def enter_end(case: CaseId, trial: str, statement: str | None, key: str) -> None:
    """Enter that the trial has ended, unless a person has meanwhile."""
    wanted = TrialEnded(trial=trial, statement=Digest(statement) if statement else None)
    setting = Setting(at=the_clock().now(), actor=WORKER)
    stream = StreamId(f"submission/{case}")
    try:
        the_ledger().handle(SUBMISSION, stream, wanted, setting, key=key, case=case)
    except NotPossibleError:
        the_boards().say(case, trial, "ended by a person")
        return
    the_boards().say(case, trial, "ended" if statement else "ended without a statement")


def clear(case: CaseId, trial: str) -> None:
    """Remove the folder, whose content is in the clear; all of it is sealed."""
    remove_trial(case, trial)
    _log(trial_folder(case, trial)).unlink(missing_ok=True)


def _log(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.log")
