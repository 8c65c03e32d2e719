"""A trials' host from start to end: take an order, run it, hand its evidence in, the next."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from seatrial.adapters.queue.progress import FinishedSample
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.problem import ProblemError, UnavailableError
from seatrial.faces.client.hosts import HostClient, LeaseClient
from seatrial.faces.client.problems import TokenRefusedError
from seatrial.faces.desk.host_wire import MOST_SAMPLES, HostOrder, HostProgress
from seatrial.faces.host.order_folder import OrderFolder, kept_orders
from seatrial.faces.worker.stop import Stop
from seatrial.faces.worker.trial_child import (
    Watch,
    end_children,
    read_sample,
    read_step,
    run_child,
)

FIRST_PAUSE = 5.0
LAST_PAUSE = 600.0
"""Seconds before a trial that could not go on is tried again: doubled each time."""

DOUBTFUL_SECONDS = 3600.0
"""How long a folder stays whose lease is void: the portal may give the same order again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """server: the portal's address. folder: of running trials. jobs: samples at once."""

    server: str
    token: str
    folder: Path
    name: str
    jobs: int = 1
    look_seconds: float = 5.0


@dataclass(slots=True)
class _Signs:
    """Signs of life of one trial: news are kept until the portal has them."""

    client: LeaseClient
    said: str = "starting"
    planned: int | None = None
    samples: list[FinishedSample] = field(default_factory=list[FinishedSample])
    void: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, line: Mapping[str, Any]) -> None:
        """Keep what the trial's process said."""
        with self.lock:
            if (sample := read_sample(line)) is not None:
                self.samples.append(sample)
            elif step := read_step(line):
                self.said, self.planned = step, line.get("planned", self.planned)

    def must_stop(self) -> bool:
        """Tell the portal; say whether the trial must stop. Raises: UnavailableError."""
        with self.lock:
            told = tuple(self.samples[:MOST_SAMPLES])
            progress = HostProgress(said=self.said, planned=self.planned, samples=told)
        try:
            go_on = self.client.tell(progress).go_on
        except (TokenRefusedError, NotPossibleError):
            self.void = True
            return True
        with self.lock:
            del self.samples[: len(told)]
        return not go_on


def run_host(options: HostOptions, stop: Stop, say: Callable[[str], None]) -> None:
    """Run orders until `stop` is asked for; then the process ends.

    say: tells what an operator should know.
    """
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    threading.Thread(target=_work, args=(options, stop, say), daemon=True).start()
    say(f"trials' host {options.name} takes orders of {options.server}")
    while not stop.asked:
        stop.wait(options.look_seconds)
    # A trial that runs stays unfinished; this host's next start takes it up.
    end_children()
    os._exit(0)


def _work(options: HostOptions, stop: Stop, say: Callable[[str], None]) -> None:
    portal, pause = HostClient(options.server, options.token), FIRST_PAUSE
    doubtful: dict[Path, float] = {}
    while not stop.asked:
        try:
            order = _kept(options, doubtful) or portal.take(options.name)
            if order is not None:
                say(f"trial {order.trial} of case {order.case}")
                _run(options, order)
        except ProblemError as problem:
            say(f"{problem.what} {problem.remedy}")
            stop.wait(pause)
            pause = min(LAST_PAUSE, pause * 2)
            continue
        except Exception as error:  # noqa: BLE001 - one order's nonsense must not end the host
            say(f"This order cannot be run: {type(error).__name__}: {error}")
            stop.wait(LAST_PAUSE)
            continue
        pause = FIRST_PAUSE
        stop.wait(options.look_seconds)


def _kept(options: HostOptions, doubtful: dict[Path, float]) -> HostOrder | None:
    """Give an order that an earlier start left unfinished and that is still this host's.

    What is finished, or what access ended meanwhile, is handed in.
    """
    for folder in kept_orders(options.folder):
        order = folder.order
        with LeaseClient(options.server, order.lease) as client:
            try:
                silent = HostProgress(said="", planned=None, samples=())
                if client.tell(silent).go_on and not folder.finished:
                    return order
                _hand_in(client, folder)
            except NotPossibleError:
                folder.remove()
            except TokenRefusedError:
                since = doubtful.setdefault(folder.path, time.monotonic())
                if time.monotonic() - since > DOUBTFUL_SECONDS:
                    folder.remove()
    return None


def _run(options: HostOptions, order: HostOrder) -> None:
    folder = OrderFolder.of(options.folder, order)
    folder.keep(order)
    relay = f"{options.server.rstrip('/')}/api/hosts/order/model"
    trial = folder.lay_out(order, jobs=options.jobs, relay=relay)
    with LeaseClient(options.server, order.lease) as client:
        signs = _Signs(client=client)
        if not folder.finished:
            # The process knows nothing of the portal but the relay's address and its lease: there
            # is nothing to cut off here, since the relay asks access at each call.
            watch = Watch(show=signs.show, must_stop=signs.must_stop, cut_off=lambda: None)
            try:
                run_child(trial, watch)
            except UnavailableError as problem:
                signs.said = f"waits: {problem.what}"
                _last_news(signs)
                raise
        if not signs.void:
            _last_news(signs)
            _hand_in(client, folder)


def _last_news(signs: _Signs) -> None:
    """Tell of the last samples; the board may lack them, the evidence does not."""
    try:
        signs.must_stop()
        while signs.samples and not signs.void:
            signs.must_stop()
    except UnavailableError:
        return


def _hand_in(client: LeaseClient, folder: OrderFolder) -> None:
    with TemporaryFile(dir=folder.path) as archive:
        folder.pack(archive)
        client.hand_in(archive, finished=folder.finished)
    folder.remove()
