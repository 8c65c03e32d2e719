"""Django's settings with a public origin and without one, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seatrial.faces.cli.main import app

TELL = """
import json, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name) for name in (
    "PUBLIC", "DEMO", "DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "ALLAUTH_TRUSTED_PROXY_COUNT")}))
"""


def run(tmp_path: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ
        | {
            "SEATRIAL_DATA": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        }
        | extra,
        capture_output=True,
        text=True,
        check=False,
    )


def test_djangos_own_check_finds_nothing_to_mend_before_deployment(tmp_path: Path) -> None:
    arguments = ("-m", "django", "check", "--deploy", "--fail-level", "DEBUG")
    ran = run(tmp_path, *arguments, SEATRIAL_ORIGIN="https://review.example.org")

    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout


def test_with_an_origin_cookies_are_for_https_alone_and_nothing_is_a_demonstration(
    tmp_path: Path,
) -> None:
    public = {"SEATRIAL_ORIGIN": "https://review.example.org", "SEATRIAL_DEMO": "1"}

    assert json.loads(run(tmp_path, "-c", TELL, **public).stdout) == {
        "PUBLIC": True,
        "DEMO": False,
        "DEBUG": False,
        "ALLOWED_HOSTS": ["review.example.org"],
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    }


def test_without_an_origin_only_this_machine_is_served(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "-c", TELL, SEATRIAL_ORIGIN="").stdout)

    assert told["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert (told["DEMO"], told["DEBUG"]) == (False, False)
    assert told["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--demo", "--origin", "https://review.example.org"], "this machine only"),
        (["--origin", "http://review.example.org"], "no https address"),
    ],
)
def test_what_would_be_served_in_the_open_is_refused(arguments: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, ["serve", *arguments])

    assert ran.exit_code != 0
    assert said in str(ran.exception) + ran.output
