"""A trial through Inspect's vLLM provider at a server that runs already, without its package."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.journeys.conftest import PLAN, Seatrial

from seatrial.models.server import serve

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def test_vllm_at_a_running_server_needs_no_package(seatrial: Seatrial, tmp_path: Path) -> None:
    assert find_spec("vllm") is None
    with serve() as serving:
        ran = seatrial(
            *("trial", "run", "--plan", PLAN, "--model", "vllm/novice", "--price", "0"),
            *("--base-url", serving.base_url, "--out", tmp_path / "t"),
        )

    assert ran.returncode == 0, ran.stderr
    report = json.loads((tmp_path / "t" / "report.json").read_bytes())
    assert [one["outcome"] for one in report["samples"]] == ["failed"] * 4
    assert report["trial"]["model"]["endpoint"] == serving.base_url
