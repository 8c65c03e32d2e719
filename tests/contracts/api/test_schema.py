"""Requests made up from the API's own document: no failure of the server, answers as promised."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from served_portal import Served, serving

from .conftest import Ask, Copied

SUPPORT = Path(__file__).parents[2] / "support"
PARTS = [
    ("dora", "^/api/"),
    ("dora-drafts", "^/api/submissions$"),
    ("dora-asks", "^/api/coverage"),
    ("eve-rescans", "^/api/rescans"),
]
"""Tokens, and the addresses at which each can do more than be refused."""


@pytest.fixture
def own(served: Served, copied: Copied) -> Iterator[Served]:
    """A server of its own: what is made up withdraws and closes."""
    with serving(copied.data, served.seed, database=copied.database) as running:
        yield running


def made_up(own: Served, token: str, paths: str, folder: Path, *options: str) -> str:
    """Let Schemathesis make requests up; give what it says. It fails on anything wrong."""
    ran = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"{own.url}/api/openapi.json",
            f"--header=Authorization: Bearer {own.token(token)}",
            f"--include-path-regex={paths}",
            "--continue-on-failure",
            # It leaves the key out where the hook gives one; test_requests.py leaves it out.
            "--exclude-checks=missing_required_header",
            # Moments have one spelling, which few made-up texts have: slow to make up, no fault.
            "--suppress-health-check=filter_too_much",
            *options,
        ],
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:]
    assert "Internal Server Error" not in own.log
    assert "the API failed" not in own.log
    return ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("token", "paths"), PARTS)
def test_a_few_hundred_requests(own: Served, tmp_path: Path, token: str, paths: str) -> None:
    options = ["--max-examples=2", "--phases=coverage,fuzzing", "--seed=1"]
    if paths.endswith("/rescans"):
        # No document can say which cases hold a sealed trial, nor which text is a detector.
        options += ["--exclude-checks=missing_required_header,positive_data_acceptance"]
    said = made_up(own, token, paths, tmp_path, *options)
    count = re.search(r"(\d[\d,]*) generated", said)

    assert count
    assert int(count[1].replace(",", "")) > 50


@pytest.mark.soak
@pytest.mark.parametrize(("token", "paths"), PARTS)
def test_many_thousand_requests(own: Served, tmp_path: Path, token: str, paths: str) -> None:
    # What is done one after the other changes what may be done.
    refusals = (
        "--exclude-checks=missing_required_header,positive_data_acceptance,content_type_conformance"
    )
    phases = "--phases=coverage,fuzzing,stateful"
    made_up(own, token, paths, tmp_path, "--max-examples=300", phases, refusals)


def test_the_document_is_openapi_and_names_no_other_server(ask: Ask) -> None:
    document = ask("GET", "/openapi.json")
    said = document.json()

    assert document.headers["Content-Type"].startswith("application/json")
    assert said["openapi"] == "3.1.0"
    assert said["components"]["securitySchemes"]["Token"]["scheme"] == "bearer"
    assert (said["servers"], "://" in document.text) == ([], False)


def test_what_makes_something_is_answered_201_and_nothing_else(ask: Ask) -> None:
    paths = ask("GET", "/openapi.json").json()["paths"]
    for path in ("/api/submissions", "/api/coverage", "/api/incidents"):
        assert set(paths[path]["post"]["responses"]) == {"201", "default"}


def test_every_pointer_of_the_document_leads_somewhere(ask: Ask) -> None:
    document = ask("GET", "/openapi.json")
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', document.text))

    assert named
    assert named <= set(document.json()["components"]["schemas"])


def test_there_is_no_page_that_loads_foreign_scripts(ask: Ask) -> None:
    for path in ("/docs", "/redoc"):
        answer: httpx.Response = ask("GET", path)
        assert answer.status_code == 404
