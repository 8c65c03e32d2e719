"""The process that runs one trial: it meets what a model says, and holds no credentials.

Started by a worker as `python -m`. One line of JSON on standard input says what to run; when
standard input ends, the worker is gone, and so is this process. Progress goes to standard output,
a line of JSON each.
"""

import asyncio
import base64
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from inspect_ai.model import Model

from seatrial import __version__
from seatrial.adapters.inspect_runner.endpoint import EndpointSetting, open_model
from seatrial.adapters.keys import FileSigner, load_or_make_signer, load_same_signer
from seatrial.adapters.plan_resolution import check_pins, resolve_plan
from seatrial.adapters.policy_files import PolicyFiles
from seatrial.adapters.trial.host import LocalTrialHost
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.adapters.trial_directory import TrialDirectory
from seatrial.core.problem import ProblemError
from seatrial.core.record import from_json, to_json
from seatrial.faces.cli.trial_setting import read_seed_sets
from seatrial.faces.worker.trial_child import TrialOrder
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import PLAN_FILE, SCOPE_FILE, THRESHOLDS_FILE
from seatrial.review.forecast import Forecast
from seatrial.review.plan import Plan
from seatrial.review.sample import Spending
from seatrial.review.shown import shown
from seatrial.review.steps import run_trial
from seatrial.wiring import testbed as wiring

REFUSED = 3
"""Exit status when a rule or the machine refuses; what and remedy are on standard output."""

_WORKER = os.dup(1)
"""Standard output as it was given. What libraries print goes to the log: see `main`."""

_MOST_SHOWN = 300
"""Characters of a problem on the board."""


class _Telling:
    """Tells the worker; implements `review.watcher.Watcher`."""

    def step(self, name: str, done: int, total: int) -> None:
        tell(step=name, done=done, total=total)

    def planned(self, plan: Plan, most: Forecast, *, cap_usd: float, finished: int) -> None:
        del plan, cap_usd, finished
        tell(planned=most.samples)

    def called(self, role: str, sample: str, used: Spending) -> None:
        """Nothing: the board counts finished samples."""

    def finished(self, role: str, sample: str, outcome: str, used: Spending) -> None:
        tell(
            role=role,
            sample=sample,
            outcome=outcome,
            model_calls=used.model_calls,
            tokens=used.tokens,
            cost_usd=used.cost_usd,
        )

    def alert(self, sample: str, what: str) -> None:
        tell(alert=f"{sample}: {what}")


def tell(**what: Any) -> None:
    """Write one line to the worker."""
    os.write(_WORKER, json.dumps(what).encode() + b"\n")


def end_with_worker() -> None:
    """Kill this process when standard input ends: whoever takes over must find it gone."""
    # Not by Python's buffers: their lock would abort the interpreter when it ends in order.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def read_order() -> TrialOrder:
    """Read the one line that says what to run."""
    line = bytearray()
    while not line.endswith(b"\n") and (more := os.read(0, 1)):
        line += more
    return from_json(TrialOrder, json.loads(bytes(line)), place="the order")


def conduct(order: TrialOrder) -> None:
    """Begin a trial, or take it up where it was. Raises: ProblemError."""
    path = Path(order.folder)
    begun = (path / PLAN_FILE).exists()
    directory = TrialDirectory.open(path) if begun else TrialDirectory.create(path)
    with directory.locked():
        signed = base64.b64decode(order.plan)
        plan, _ = open_plan(signed, {}, place="the case's plan")
        if begun:
            place = str(directory.setting_file)
            setting = from_json(TrialSetting, directory.read_setting(), place=place)
            policies = {name: directory.read(name) for name in (SCOPE_FILE, THRESHOLDS_FILE)}
        else:
            setting = order.setting
            directory.begin(to_json(setting))
            files = PolicyFiles(tuple(map(Path, order.policies)))
            policies = {
                SCOPE_FILE: files.read(plan.draft.scope.file),
                THRESHOLDS_FILE: files.read(plan.draft.thresholds.file),
            }
        signer = _signer(order.setting.signing_key, directory, begun=begun)
        if signer is None and not begun:
            for name, content in policies.items():
                directory.write(name, content)
            directory.write(PLAN_FILE, signed)
        named = {
            plan.draft.scope.file: policies[SCOPE_FILE],
            plan.draft.thresholds.file: policies[THRESHOLDS_FILE],
        }
        with wiring.journaled_testbed(
            directory.journal, runtime=setting.runtime, strict=setting.strict
        ) as testbed:
            watcher = _Telling()
            seeds = read_seed_sets(map(Path, setting.secret_seeds))
            resolution = resolve_plan(
                plan.draft,
                wiring.surroundings(named.__getitem__, seeds),
                progress=lambda done, total: watcher.step("generating tasks", done, total),
            )
            check_pins(resolution.plan)
            host = LocalTrialHost(
                directory=directory,
                setting=setting,
                signer=signer,
                testbed=testbed,
                proving=wiring.open_testbed(),
                resolution=resolution,
                policies=policies,
                proofs=wiring.proof_store(),
                watcher=watcher,
                clock=wiring.clock(),
                software=wiring.software_versions(),
                model=_model(order, setting),
            )
            asyncio.run(run_trial(plan, host, software=__version__))


def _signer(key: str, directory: TrialDirectory, *, begun: bool) -> FileSigner | None:
    """Give who signs plan and evidence; None when that is done elsewhere."""
    if not key:
        return None
    if not begun:
        return load_or_make_signer(Path(key))[0]
    _, opened = open_plan(directory.read(PLAN_FILE), {}, place=PLAN_FILE)
    return load_same_signer(Path(key), opened.keyids)


def _model(order: TrialOrder, setting: TrialSetting) -> Model | None:
    if not order.relay:
        return None
    return open_model(
        EndpointSetting(
            model=setting.model,
            base_url=order.relay,
            api_key=order.token,
            seconds=setting.call_seconds,
            retries=setting.call_retries,
        )
    )


def main() -> int:
    """Run the trial that standard input names."""
    order = read_order()
    threading.Thread(target=end_with_worker, daemon=True).start()
    os.dup2(2, 1)
    try:
        conduct(order)
    except ProblemError as problem:
        tell(problem=shown(f"{problem.what} {problem.remedy}", _MOST_SHOWN))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
