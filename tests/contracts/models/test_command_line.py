"""`seatrial models`, as started from a shell."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seatrial.core.problem import BadInputError
from seatrial.faces.cli.models import models_app
from seatrial.models.answer_book import Answer, render_answer_book
from seatrial.models.catalog import POLICIES

START = "from seatrial.faces.cli.models import models_app; models_app()"


def test_list_names_every_model() -> None:
    shown = CliRunner().invoke(models_app, ["list"]).stdout
    assert [policy.name for policy in POLICIES if policy.name not in shown] == []


def test_an_unknown_model_is_refused_with_the_names_there_are() -> None:
    ended = CliRunner().invoke(models_app, ["serve", "--model-name", "gpt"])
    assert isinstance(ended.exception, BadInputError)
    assert "oracle" in ended.exception.remedy


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_address_answers_and_stops_quietly(
    number: signal.Signals, tmp_path: Path
) -> None:
    book = tmp_path / "answers.json"
    book.write_text(render_answer_book({"canary-77": Answer(steps=(), answer="told")}))
    serving = subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--model-name", "oracle", "--answers", str(book)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    base_url = serving.stdout.readline().strip().removeprefix("SEATRIAL_BASE_URL=")
    body = {"model": "oracle", "messages": [{"role": "user", "content": "say (canary-77)"}]}
    request = urllib.request.Request(  # noqa: S310 - the loopback address just printed
        f"{base_url}/chat/completions", json.dumps(body).encode()
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
        said = json.load(answer)["choices"][0]["message"]["content"]
    serving.send_signal(number)
    _, complaints = serving.communicate(timeout=30)
    assert (said, serving.returncode) == ("told", 0)
    assert complaints == "Models for Inspect: openai-api/seatrial/oracle. Ctrl-C stops.\n"
