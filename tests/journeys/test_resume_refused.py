"""A trial is taken up only as it began: another plan or image is refused, and nothing is lost."""

import base64
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.journeys.conftest import PLAN, ROOT, Seatrial

from seatrial.core.canonical import canonical_json
from seatrial.testbed.places import default_places

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def kept(folder: Path) -> dict[Path, bytes]:
    """Everything but the count of starts."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one: one.read_bytes() for one in files if one.name != "starts"}


@pytest.fixture(scope="module")
def begun(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial killed after its first finished sample."""
    folder = tmp_path_factory.mktemp("begun") / "t"
    process = subprocess.Popen(
        [
            *(Path(sys.executable).parent / "seatrial", "trial", "run", "--plan", PLAN),
            *("--model", "reference/novice", "--jobs", "1", "--out", folder),
        ],
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not list(folder.glob("work/records/*/*.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 1 <= len(list(folder.glob("work/records/*/*.json"))) < 4
    return folder


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    return shutil.copytree(begun, tmp_path / "t")


def another_image(cache: Path) -> Path:
    """A cache where each image's name stands for another digest; the rest is this machine's."""
    own = default_places().cache
    for place in own.iterdir():
        if place.name != "images":
            (cache / place.name).parent.mkdir(parents=True, exist_ok=True)
            (cache / place.name).symlink_to(place)
    for folder in ("names", "trees"):
        (cache / "images" / folder).mkdir(parents=True)
    for name in (own / "images" / "names").iterdir():
        tree = own / "images" / "trees" / name.read_text().strip().removeprefix("sha256:")
        number = "0" * 64
        (cache / "images" / "names" / name.name).write_text(f"sha256:{number}")
        if not (cache / "images" / "trees" / number).exists():
            (cache / "images" / "trees" / number).symlink_to(tree)
    return cache


def refused(seatrial: Seatrial, folder: Path, *named: str, **environment: str) -> None:
    """Resume must be refused, name its reason, and leave everything as it is."""
    before = kept(folder)
    ran = seatrial("trial", "resume", folder, **environment)

    assert "Traceback" not in ran.stderr
    assert (ran.returncode, [one for one in named if one not in ran.stderr]) == (3, []), ran.stderr
    assert kept(folder) == before


def test_a_plan_edited_after_it_was_signed(seatrial: Seatrial, folder: Path) -> None:
    """More budget for the samples still to run, under the old signature."""
    path = folder / "plan.dsse.json"
    envelope = json.loads(path.read_bytes())
    plan = json.loads(base64.b64decode(envelope["payload"]))
    plan["draft"]["budgets"]["tokens"][-1] += 1
    envelope["payload"] = base64.b64encode(canonical_json(plan)).decode()
    path.write_bytes(canonical_json(envelope))

    refused(seatrial, folder, "plan.dsse.json was altered")


def test_another_plan_signed_by_the_same_key(
    seatrial: Seatrial, folder: Path, tmp_path: Path
) -> None:
    text = PLAN.read_text().replace("messages = 40", "messages = 41")
    other = tmp_path / "other.toml"
    other.write_text(text.replace('"policy/', f'"{ROOT}/policy/'))
    made = seatrial("plan", "commit", other, "--out", tmp_path / "o.dsse.json", "--no-controls")
    assert made.returncode == 0, made.stderr
    shutil.copyfile(tmp_path / "o.dsse.json", folder / "plan.dsse.json")

    refused(seatrial, folder, "another plan than the one that the trial began with")


def test_another_image_under_the_same_name(
    seatrial: Seatrial, folder: Path, tmp_path: Path
) -> None:
    cache = another_image(tmp_path / "cache")

    refused(seatrial, folder, "images.", "planned", "observed", SEATRIAL_CACHE=str(cache))


def test_the_untouched_trial_goes_on(seatrial: Seatrial, folder: Path) -> None:
    """The refusals above are for what was changed."""
    assert seatrial("trial", "resume", folder).returncode == 0
