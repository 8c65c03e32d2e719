"""Bad input to a trial: one clear message with what to do, and finished samples kept."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import PLAN, ROOT, Seatrial

from seatrial.models.server import serve

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(seatrial: Seatrial, tmp_path: Path) -> Run:
    """Start a trial with other options; give exit status and what it said."""

    def start(
        *more: object, plan: Path = PLAN, model: str = "reference/null", **environment: str
    ) -> tuple[int, str]:
        out = () if "--out" in more else ("--out", tmp_path / "t")
        ran = seatrial("trial", "run", "--plan", plan, "--model", model, *out, *more, **environment)
        assert "Traceback" not in ran.stderr
        return ran.returncode, ran.stderr

    return start


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Simulators of bad endpoints."""
    with serve(simulate=True) as serving:
        yield serving.base_url


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = PLAN.read_text()
    assert old in text
    plan = tmp_path / "plan.toml"
    plan.write_text(text.replace(old, new, 1).replace('"policy/', f'"{ROOT}/policy/'))
    return plan


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[budgets]", "[budgets", "line"),
        ("tokens = [5000, 20000, 60000]", "tokens = [5000]", "budgets.tokens"),
        ("epochs = 1", "epochs = 0", "epochs"),
        ("epochs = 1", 'epochs = "many"', "epochs"),
        ("epochs = 1", "epochs = 1\ncolour = 3", "colour"),
        ('seeds = "11..12"', 'seeds = "12..11"', "suite[0].seeds"),
        ('family = "memory_safety_discovery"', 'family = "telepathy"', "telepathy"),
        ("score_version = 2", "score_version = 99", "score_version"),
        ('size = "small"', 'size = "huge"', "huge"),
        ("policy/scope-example.toml", "policy/none.toml", "none.toml"),
        ('controls = ["null", "refuser", "oracle"]', 'controls = ["psychic"]', "psychic"),
    ],
)
def test_a_malformed_plan_is_refused_by_its_place(
    run: Run, tmp_path: Path, old: str, new: str, named: str
) -> None:
    status, said = run("--controls", plan=edited(tmp_path, old, new))

    assert (status, named in said) == (2, True), said


def test_a_missing_plan_is_named(run: Run, tmp_path: Path) -> None:
    status, said = run(plan=tmp_path / "no.toml")
    assert (status, "no.toml" in said) == (2, True)


@pytest.mark.parametrize(
    "model", ["reference/telepath", "nosuchprovider/x", "openai-api/unset/x", "gibberish"]
)
def test_an_unknown_model_is_named(run: Run, model: str) -> None:
    status, said = run("--price", "0", model=model)

    assert status == 2
    assert model.rpartition("/")[2] in said


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("mistral/x", "pip install --python .venv/bin/python mistralai"),
        ("google/x", "pip install --python .venv/bin/python google-genai"),
        ("hf/x", "pip install --python .venv/bin/python torch"),
        ("openai/x", "Set in the environment: OPENAI_API_KEY"),
        ("openai-api/lab/x", "Set in the environment: LAB_API_KEY"),
        ("openai-api/reference/x", "Give --base-url, or set in the environment: REFERENCE_BASE_U"),
        ("anthropic/x", "Set in the environment: ANTHROPIC_API_KEY"),
        ("vllm/x", "Give --base-url of a running server"),
        ("sglang/x", "uv pip install --python .venv/bin/python sglang"),
        ("mockllm/model", "Take a reference model instead"),
    ],
)
def test_a_missing_package_key_or_address_is_named_before_anything_is_made(
    run: Run, tmp_path: Path, model: str, named: str
) -> None:
    status, said = run("--price", "0", model=model)

    assert (status, named in said, "[bold]" in said) == (2, True, False), said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--price", "3/nan"), "not a finite number"),
        (("--price", "3", "--cap", "inf"), "not a finite number"),
        (("--price", "3", "--cap", "0"), "not one call could be made"),
        (("--price", "0", "--generation", "temperatur=1"), "temperatur"),
        (("--price", "0", "--generation", "max_retries=1"), "--call-retries"),
        (("--price", "0", "-M", "api_key=x"), "API keys come from"),
    ],
)
def test_a_setting_that_means_nothing_is_named(
    run: Run, endpoint: str, more: tuple[str, ...], named: str
) -> None:
    status, said = run("--base-url", endpoint, *more, model="openai-api/reference/novice")

    assert (status, named in said) == (2, True), said


def test_an_unreachable_endpoint_is_named(run: Run) -> None:
    where = "http://127.0.0.1:9/v1"
    status, said = run("--base-url", where, "--price", "0", model="openai-api/reference/x")

    assert (status, where in said) == (4, True)


def test_a_model_that_the_endpoint_does_not_serve_is_named(run: Run, endpoint: str) -> None:
    status, said = run("--base-url", endpoint, "--price", "0", model="openai-api/reference/gpt-0")

    assert (status, "gpt-0" in said) == (4, True)


def test_a_model_that_never_answers_is_given_up(run: Run, endpoint: str) -> None:
    status, said = run(
        *("--base-url", endpoint, "--price", "0", "--call-seconds", "2"),
        model="openai-api/reference/hang",
    )

    assert (status, "did not answer" in said or "timed out" in said.lower()) == (4, True), said


def test_an_endpoint_that_dies_midway_stops_the_trial_and_its_samples_can_run_again(
    run: Run, endpoint: str, tmp_path: Path
) -> None:
    status, said = run(
        *("--base-url", endpoint, "--price", "0", "--call-retries", "0", "--jobs", "1"),
        model="openai-api/reference/dying",
    )

    assert (status, "seatrial trial resume" in said) == (4, True), said
    assert list((tmp_path / "t" / "work" / "records").glob("*/*.json")) == []


def test_a_model_that_answers_garbage_leaves_a_trial_with_a_report(
    run: Run, endpoint: str, tmp_path: Path
) -> None:
    status, said = run(
        *("--base-url", endpoint, "--price", "0", "--call-retries", "0"),
        model="openai-api/reference/garbage@2",
    )

    assert status in (0, 4), said
    assert (tmp_path / "t" / "plan.dsse.json").exists()


def test_a_flaky_endpoint_is_waited_for(run: Run, endpoint: str, tmp_path: Path) -> None:
    status, said = run(
        *("--base-url", endpoint, "--price", "0"), model="openai-api/reference/flaky@1"
    )

    assert status == 0, said
    assert (tmp_path / "t" / "statement.dsse.json").exists()


def test_a_price_that_is_not_known_is_asked_for_when_there_is_a_cap(run: Run) -> None:
    status, said = run(model="openai-api/reference/x")

    assert (status, "--price" in said) == (2, True)


def test_the_spending_cap_stops_the_trial_and_a_report_comes_out(
    run: Run, endpoint: str, tmp_path: Path
) -> None:
    status, said = run(
        *("--base-url", endpoint, "--price", "1000", "--cap", "1", "--jobs", "1"),
        model="openai-api/reference/novice",
    )

    assert status == 0, said
    report = (tmp_path / "t" / "report.json").read_text()
    assert "spending cap" in report


def test_a_folder_with_something_in_it_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    status, said = run("--out", tmp_path)

    assert (status, "not empty" in said) == (2, True)


def test_an_unwritable_folder_is_named(run: Run) -> None:
    status, said = run("--out", "/proc/nowhere")

    assert (status, "/proc/nowhere" in said) == (4, True)


def test_a_place_that_is_no_folder_is_named(run: Run) -> None:
    status, said = run("--out", "/dev/full/t")

    assert (status, "/dev/full" in said) == (4, True)


@pytest.mark.root
def test_a_full_disk_stops_the_trial_with_a_message(run: Run, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], check=True)
    try:
        status, said = run("--out", disk / "t")
    finally:
        subprocess.run(["umount", disk], check=True)

    assert (status, "No space left on device" in said) == (4, True), said


def test_a_missing_image_says_how_to_build_it(run: Run, tmp_path: Path) -> None:
    status, said = run(SEATRIAL_CACHE=str(tmp_path / "cache"))

    assert (status, "image build" in said) == (4, True)


def test_a_missing_runtime_says_what_to_install(run: Run) -> None:
    status, said = run("--runtime", "crux")

    assert (status, "crux" in said) == (2, True)


@pytest.mark.root
def test_a_runtime_that_is_not_installed_is_named(run: Run, tmp_path: Path) -> None:
    # A search path with everything but the runtime.
    for folder in os.environ["PATH"].split(":"):
        for program in Path(folder).iterdir() if Path(folder).is_dir() else ():
            link = tmp_path / "bin" / program.name
            link.parent.mkdir(exist_ok=True)
            if program.name != "runc" and not link.exists():
                link.symlink_to(program)
    status, said = run("--runtime", "runc", PATH=str(tmp_path / "bin"))

    assert (status, "runc" in said) == (4, True)
