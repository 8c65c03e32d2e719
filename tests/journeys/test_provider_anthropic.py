"""A whole trial through Anthropic's provider, against a simulator of its Messages API."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anthropic_simulator import AnthropicSimulator
from loopback import served
from one_answer import OneAnswer
from tests.journeys.conftest import PLAN, ROOT, Seatrial
from tried import unpacked

from seatrial.models.policies.oracle import ORACLE
from seatrial.models.server import serve

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

KEY = "sk-ant-simulated-6f1d8a"
MODEL = f"anthropic/{AnthropicSimulator.MODEL}"
PRICED = ("--price", "3/15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A running simulator and what reaches it: ANTHROPIC_BASE_URL and the key."""

    model: AnthropicSimulator
    environment: Mapping[str, str]


def told(
    failures: Mapping[int, int] | None = None, broken_off: frozenset[int] = frozenset()
) -> AnthropicSimulator:
    """One that solves the first of the four tasks, and tries the same on the others."""
    return AnthropicSimulator(
        ORACLE,
        key=KEY,
        answer=OneAnswer().find(()),
        failures=failures,
        broken_off=broken_off,
    )


@contextmanager
def simulated(model: AnthropicSimulator) -> Iterator[Simulated]:
    with served(model.app()) as port:
        address = f"http://127.0.0.1:{port}"
        yield Simulated(
            model=model,
            environment={"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": address},
        )


def report_of(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    return report


def totals_of(folder: Path) -> list[dict[str, Any]]:
    """What each sample used in all."""
    lines = (folder / "verdicts.jsonl").read_text().splitlines()
    return [json.loads(line)["total"] for line in lines]


def spent(folder: Path) -> float:
    return sum(map(float, (folder / "work" / "spending").read_text().split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A finished trial: its folder, what was printed, and how the model's calls went."""

    folder: Path
    said: str
    model: AnthropicSimulator


@pytest.fixture(scope="module")
def tried(seatrial: Seatrial, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """A trial whose endpoint is busy, overloaded, and breaks off a stream once."""
    folder = tmp_path_factory.mktemp("anthropic") / "t"
    model = told(failures={3: 429, 4: 529, 8: 529}, broken_off=frozenset({6}))
    with simulated(model) as endpoint:
        ran = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", MODEL, *PRICED),
            *("--trust-own-key", "--out", folder),
            **endpoint.environment,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return Tried(folder=folder, said=ran.stdout + ran.stderr, model=model)


def test_the_estimates_are_those_of_the_same_policy_over_openais_protocol(
    tried: Tried, seatrial: Seatrial, tmp_path: Path
) -> None:
    with serve(answers=OneAnswer()) as serving:
        ran = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", "openai-api/lab/oracle", *PRICED),
            *("--base-url", serving.base_url, "--out", tmp_path / "t"),
            LAB_API_KEY="any",
        )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    expected, found = report_of(tmp_path / "t"), report_of(tried.folder)
    assert [one["outcome"] == "passed" for one in found["samples"]] == [True, *(False,) * 3]
    assert expected["estimates"] == found["estimates"]
    # Tokens differ by how each protocol spells the tools.
    same = ("sample", "outcome", "reason")
    assert [[one[name] for name in same] for one in expected["samples"]] == [
        [one[name] for name in same] for one in found["samples"]
    ]


def test_samples_are_streamed_and_the_first_call_is_not(tried: Tried) -> None:
    """Both forms of an answer have been read."""
    assert [tried.model.answered[0], all(tried.model.answered[1:])] == [False, True]


def test_each_failed_call_was_made_again(tried: Tried) -> None:
    """Three refused, and one whose stream broke off."""
    assert tried.model.calls == len(tried.model.answered) + 4


def test_the_bundle_verifies_and_names_the_endpoint(tried: Tried, seatrial: Seatrial) -> None:
    """It came from the environment, and is not Anthropic's own."""
    assert seatrial("verify", tried.folder).returncode == 0
    assert report_of(tried.folder)["trial"]["model"]["endpoint"].startswith("http://127.0.0.1:")


def test_the_key_is_in_no_file_and_no_message(tried: Tried) -> None:
    files = {str(one): one.read_bytes() for one in tried.folder.rglob("*") if one.is_file()}
    read = dict(unpacked(files))

    assert [name for name, content in read.items() if KEY.encode() in content] == []
    assert any(b"claude-simulated" in content for content in read.values())
    assert KEY not in tried.said


def test_every_answered_call_is_paid_for_with_what_was_read_from_a_cache(tried: Tried) -> None:
    totals = totals_of(tried.folder)
    calls = sum(one["model_calls"] for one in totals)
    costs = sum(one["cost_usd"] for one in totals)

    assert len(tried.model.answered) == calls + 1
    assert costs > 0
    assert costs < spent(tried.folder) < costs + 0.001


def test_a_wrong_key_is_named_before_a_sample_runs(seatrial: Seatrial, tmp_path: Path) -> None:
    with simulated(told()) as endpoint:
        ran = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", MODEL, *PRICED, "--out", tmp_path / "t"),
            **{**endpoint.environment, "ANTHROPIC_API_KEY": "sk-ant-wrong"},
        )

    assert (ran.returncode, "invalid API key" in ran.stderr) == (4, True), ran.stderr
    assert "sk-ant-wrong" not in ran.stderr
    assert endpoint.model.answered == []


def test_a_model_that_is_not_served_is_named(seatrial: Seatrial, tmp_path: Path) -> None:
    with simulated(told()) as endpoint:
        ran = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", "anthropic/claude-none", *PRICED),
            *("--out", tmp_path / "t"),
            **endpoint.environment,
        )

    assert (ran.returncode, "claude-none" in ran.stderr) == (4, True), ran.stderr


def test_ctrl_c_and_resume_ask_nothing_twice(
    tried: Tried, seatrial: Seatrial, environment: Mapping[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "t"
    with simulated(told()) as endpoint:
        process = subprocess.Popen(
            [
                *(Path(sys.executable).parent / "seatrial", "trial", "run", "--plan", PLAN),
                *("--model", MODEL, *PRICED, "--jobs", "1", "--out", folder),
            ],
            cwd=ROOT,
            env={**environment, **endpoint.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None and not list(folder.glob("work/records/*/*.json")):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate()[0].decode()
        kept = list(folder.glob("work/records/*/*.json"))
        before = spent(folder)
        # The address is in the trial's folder; the key is not, and is asked for.
        keyless = seatrial("trial", "resume", folder)
        resumed = seatrial("trial", "resume", folder, ANTHROPIC_API_KEY=KEY)

    assert process.returncode == 130, said
    assert 1 <= len(kept) < 4
    assert (keyless.returncode, "ANTHROPIC_API_KEY" in keyless.stderr) == (2, True)
    assert resumed.returncode == 0, resumed.stderr
    assert report_of(tried.folder)["estimates"] == report_of(folder)["estimates"]
    # One call to see that the endpoint is there at each start; what was cut off is asked again.
    again = len(endpoint.model.answered) - len(tried.model.answered)
    assert 1 <= again <= 1 + max(one["model_calls"] for one in totals_of(folder))
    assert spent(folder) > before > 0
