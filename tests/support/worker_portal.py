"""A portal's data and its workers as processes, for tests of durable work."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from served_portal import SEATRIAL, seeded

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """A data folder and the environment of everything that works on it."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    @property
    def log(self) -> str:
        """Give everything that the workers said."""
        path = self.data / "workers.log"
        return path.read_text() if path.exists() else ""

    def seed(self, what: str, *arguments: object) -> Any:
        """Give the portal work to do."""
        given = [str(one) for one in (HERE / "seed_worker.py", self.data, what, *arguments)]
        script = [sys.executable, *given]
        ran = subprocess.run(script, capture_output=True, text=True, env=self.env, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def start(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start a worker that looks often."""
        with (self.data / "workers.log").open("ab") as log:
            return subprocess.Popen(
                [SEATRIAL, "worker", "--data", self.data, "--look", "0.2", *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
            )

    @contextmanager
    def working(self, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a worker for a while; it ends in order."""
        process = self.start(*options)
        try:
            yield process
        finally:
            end_in_order(process)

    def ask(self, code: str) -> Any:
        """Run a few lines in the portal's Django; give what they bind to `answer`."""
        program = (
            "import django, json; django.setup()\n"
            "from seatrial.wiring.portal import the_ledger, the_blobs, the_clock\n"
            f"{code}\nprint(json.dumps(answer))"
        )
        env = self.env | {
            "SEATRIAL_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        }
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def entries(self) -> list[dict[str, Any]]:
        """Give the ledger: stream, kind, key, actor's part."""
        return list(
            self.ask(
                "answer = [{'stream': o.entry.stream, 'kind': o.entry.kind, 'key': o.entry.key,"
                " 'person': o.entry.actor.person, 'by': o.entry.actor.by,"
                " 'facts': dict(o.entry.facts)} for o in the_ledger().since(0)]"
            )
        )


def workplace(data: Path, environment: Mapping[str, str] | None = None) -> Workplace:
    """Begin a portal and fill it."""
    given = dict(environment or {})
    before = dict(os.environ)
    os.environ.update(given)
    try:
        seeded(data)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Workplace(data=data, environment=given)


def wait_until(true: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait for something to be so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def end_in_order(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end. Raises: TimeoutExpired when it had to be killed."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
