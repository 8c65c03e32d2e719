"""The portal's HTTP server: gunicorn with threads, the tables brought up to date first."""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from gunicorn.app.base import BaseApplication

from seatrial.core.problem import UnavailableError
from seatrial.faces.web.beginning import has_begun

WORKERS = 2
THREADS = 8
"""Of each worker. Pages wait for the database more than they compute."""

GRACE_SECONDS = 10
"""What a request may still take after Ctrl-C."""


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from seatrial.faces.web.wsgi import application  # noqa: PLC0415 - in the worker only

        return application


def run(*, port: int, say: Callable[[str], None], beside: Sequence[str] = ()) -> None:
    """Serve until a signal. say: tells where.

    beside: a command that runs as long as the server does, from when the tables are there.
    Raises: UnavailableError when the pages' assets were not built.
    """
    django.setup()
    vendor = Path(__file__).parent / "static" / "vendor"
    if not (vendor / "uswds").is_dir():
        raise UnavailableError(
            f"The pages' assets are not in {vendor}.", "Run: make assets (needs npm)."
        )
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    say(f"Seatrial's portal: http://127.0.0.1:{port}/  (data in {settings.DATA})")
    if not has_begun():
        say("There is no programme in this folder yet, and nobody can do anything. Begin one:")
        folder = shlex.quote(str(settings.DATA))
        say(f"  seatrial portal begin --data {folder} --name 'Your office'")
        say("It prints the link that makes you its first administrator. To look around: --demo.")
    # The server forks: what is open here must not be shared.
    connections.close_all()
    with _running(beside):
        _Server(
            {
                "bind": f"127.0.0.1:{port}",
                "workers": int(os.environ.get("SEATRIAL_WEB_WORKERS") or WORKERS),
                "threads": THREADS,
                "worker_class": "gthread",
                "graceful_timeout": GRACE_SECONDS,
                "loglevel": "warning",
                "control_socket_disable": True,
            }
        ).run()


@contextmanager
def _running(command: Sequence[str]) -> Iterator[None]:
    if not command:
        yield
        return
    mine = os.getpid()
    process = subprocess.Popen(command)  # noqa: S603 - our own program
    try:
        yield
    finally:
        # The server's own processes are forked from here, and leave the block too.
        if os.getpid() == mine:
            process.terminate()
