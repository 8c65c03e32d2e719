"""A server without a programme says how to begin one, and what it says works."""

import os
import re
import shlex
import subprocess
import urllib.request
from pathlib import Path

import pytest

from .conftest import SEATRIAL, free_port, wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def test_an_empty_server_says_how_to_begin(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    url = f"http://localhost:{port}"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [SEATRIAL, "serve", "--no-worker", "--data", tmp_path / "new", "--port", str(port)],
            stdout=written,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SEATRIAL_WEB_WORKERS": "1"},
        )
    try:
        wait_for(url, process, log)
        said = re.search(r"^ +seatrial (portal begin .+)$", log.read_text(), re.MULTILINE)
        assert said, log.read_text()
        begun = subprocess.run(
            [SEATRIAL, *shlex.split(said[1])], cwd=ROOT, check=True, capture_output=True, text=True
        )
        link = begun.stdout.splitlines()[-1]
        assert link.startswith("/invitation/operator/")
        # Whoever opens it is asked to sign in first: the running server knows the programme.
        with urllib.request.urlopen(url + link) as answer:  # noqa: S310 - loopback
            assert "/account/login/" in answer.url
    finally:
        process.terminate()
        process.wait(timeout=20)
