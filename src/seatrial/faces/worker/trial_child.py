"""The process that runs one trial, seen from whoever starts it: order, progress, end.

Knows neither ledger nor portal, so that a host without them starts trials in the same way.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from seatrial.adapters.queue.progress import FinishedSample
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.core.canonical import canonical_json
from seatrial.core.problem import UnavailableError
from seatrial.core.record import to_json

LOOK_SECONDS = 2.0
"""Between two looks at whether access has ended."""

BLIND_SECONDS = 60.0
"""How long a trial goes on while nobody can say whether access lasts. Our choice."""

STOP_SECONDS = 30.0
"""What a trial's process may still take to remove its sandboxes."""

KEPT_ENVIRONMENT = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR", "SEATRIAL_CACHE", "SEATRIAL_RUNTIME",
)  # fmt: skip
"""What the process is told of its starter's: no database, no key, no token, no provider's."""

_children: set["subprocess.Popen[bytes]"] = set()
"""Children of this process, to be ended with it."""

_ending = threading.Event()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrder:
    """What to run. plan: the signed plan's file, base64.

    relay, token: of the relay to the model; empty for a reference model.
    policies: folders in which the plan's policy files are looked for.
    A setting without a signing key: plan and statement are signed elsewhere.
    """

    folder: str
    setting: TrialSetting
    plan: str
    relay: str
    token: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the starter does meanwhile.

    show: told a line's facts. must_stop: asked every few seconds; may raise UnavailableError.
    cut_off: called before a child is stopped: first the model, then the process.
    """

    show: Callable[[Mapping[str, Any]], None]
    must_stop: Callable[[], bool]
    cut_off: Callable[[], None]


def log_of(folder: Path) -> Path:
    """Give where what the process prints is kept."""
    return folder.with_name(f"{folder.name}.log")


def run_child(order: TrialOrder, watch: Watch) -> bool:
    """Run a trial's process to its end; False when it was stopped.

    Raises: UnavailableError with the problem that it named last.
    """
    folder = Path(order.folder)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log_of(folder).open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "seatrial.faces.worker.trial_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )
    _children.add(child)
    stopped = threading.Event()
    watching = threading.Thread(target=_watch, args=(child, watch, stopped), daemon=True)
    try:
        if child.stdin is None or child.stdout is None:
            raise TypeError("pipes were asked for")
        # The pipe stays open as long as this process lives; its end ends the child.
        child.stdin.write(canonical_json(to_json(order)) + b"\n")
        child.stdin.flush()
        watching.start()
        problem = _follow(watch, child.stdout)
        status = child.wait()
    finally:
        child.kill()
        child.wait()
        _children.discard(child)
    while _ending.is_set():
        time.sleep(1)
    if stopped.is_set():
        return False
    if status:
        raise UnavailableError(
            problem or f"The trial's process ended with status {status}.",
            f"It is taken up again by itself; {log_of(folder).name} beside its folder tells more.",
        )
    return True


def read_sample(said: Mapping[str, Any]) -> FinishedSample | None:
    """Give the finished sample that a line tells of, if it does."""
    return FinishedSample(**said) if "sample" in said else None


def read_step(said: Mapping[str, Any]) -> str:
    """Give the step that a line tells of, in words; empty without one."""
    if "planned" in said:
        return "trying"
    if "step" in said:
        return f"{said['step']}: {said['done']} of {said['total'] or '?'}"
    return f"alert: {said['alert']}" if "alert" in said else ""


def end_children() -> None:
    """Kill the trials' processes of this one, which is about to end.

    What waits for them stays unfinished, for another worker, instead of failing.
    """
    _ending.set()
    for child in tuple(_children):
        child.kill()


def _follow(watch: Watch, lines: IO[bytes]) -> str:
    """Tell what the child says until it ends; give the problem it named last."""
    problem = ""
    for line in lines:
        said: dict[str, Any] = json.loads(line)
        if "problem" in said:
            problem = said["problem"]
            continue
        try:
            watch.show(said)
        except UnavailableError:
            # The board helps to watch; the trial does not wait for it.
            continue
    return problem


def _watch(child: "subprocess.Popen[bytes]", watch: Watch, stopped: threading.Event) -> None:
    """Stop the child when it must: first what leads to the model, then the process."""
    known = time.monotonic()
    while child.poll() is None:
        try:
            if watch.must_stop():
                stopped.set()
                _stop(child, watch)
                return
            known = time.monotonic()
        except UnavailableError:
            # Nobody knows whether access lasts: not for long.
            if time.monotonic() - known > BLIND_SECONDS:
                _stop(child, watch)
                return
        try:
            child.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _stop(child: "subprocess.Popen[bytes]", watch: Watch) -> None:
    watch.cut_off()
    child.send_signal(signal.SIGINT)
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
