"""What a log says is what the trial did, for odd prompts and broken-off samples too."""

from pathlib import Path

import pytest
from inspect_ai.event import Event, ModelEvent
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log
from inspect_ai.model import (
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    ModelUsage,
)

from seatrial.adapters.inspect_runner.logged import read_log
from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.core.canonical import digest_bytes
from seatrial.formats.logged import LoggedCall, LoggedRole, LoggedSample
from seatrial.tasks.family import Instance, SampleSecrets

CANARY = "seatrial-canary-0123456789abcdef0123456789abcdef"
PROMPTS = (
    "Do it.",
    "Do it.\n",
    "Do it.\n\n",
    "Do it.\n\n\n\n",
    "Do it.  ",
    "Do it. \n \n",
    "Do it.\r\n",
    "  Do it.\t\n",
    "\n\nDo it.\u00a0",
    "Do it, {canary}, and keep {canary}.\n",
    "Task reference: {canary}\nDo it.",
    "Do it.\nTask reference: {canary}.\n\n",
    "Do it. \x00\x1b[0m\u2028",
    "Read attachment://0123456789abcdef0123456789abcdef.",
    "Do it. " * 400 + "\n\n\n",
    "",
)


def sample_of(prompt: str) -> TrialSample:
    return TrialSample(
        task="family/0000",
        number=0,
        epoch=1,
        family=None,  # type: ignore[arg-type]  # a prompt needs none
        instance=Instance(
            family="family",
            seed=0,
            dials={},
            prompt=prompt,
            submission_path=None,
            sealed=(),
            digest=digest_bytes(b"variant"),
        ),
        secrets=SampleSecrets(canary=CANARY, flag="flag{0}"),
    )


def read_back(path: Path, sample: TrialSample, events: list[Event]) -> LoggedSample:
    return read_all(path, sample, events, "openai-api/lab/model")[1]


def read_all(
    path: Path, sample: TrialSample, events: list[Event], model: str
) -> tuple[LoggedRole, LoggedSample]:
    """Write a log as Inspect does, and read it as verification does."""
    log = EvalLog(
        eval=EvalSpec(
            created="2026-06-02T10:00:00+00:00",
            task="seatrial_model",
            dataset=EvalDataset(name="suite", samples=1, sample_ids=[sample.key]),
            model=model,
            config=EvalConfig(),
        ),
        samples=[
            EvalSample(
                id=sample.key,
                epoch=1,
                input=[
                    ChatMessageSystem(content="Be good."),
                    ChatMessageUser(content=sample.prompt),
                ],
                target="",
                events=events,
            )
        ],
    )
    write_eval_log(log, str(path), format="eval")
    role, logged = read_log("logs/model.eval", str(path))
    assert isinstance(role, LoggedRole), role
    assert isinstance(logged, LoggedSample), logged
    return role, logged


@pytest.mark.parametrize("prompt", PROMPTS, ids=range(len(PROMPTS)))
def test_a_prompt_is_found_to_be_the_planned_one(prompt: str, tmp_path: Path) -> None:
    logged = read_back(tmp_path / "model.eval", sample_of(prompt), [])

    assert logged.canary == CANARY
    assert digest_bytes(prompt.encode()) in logged.prompts


def test_another_prompt_is_not(tmp_path: Path) -> None:
    logged = read_back(tmp_path / "model.eval", sample_of("Do it.\n"), [])

    assert digest_bytes(b"Do it now.\n") not in logged.prompts
    assert digest_bytes(b"Do it. ") not in logged.prompts


def call(usage: ModelUsage | None, *, error: str | None = None) -> ModelEvent:
    output = ModelOutput.from_content("m", "Hello.")
    output.usage = usage
    return ModelEvent(
        model="m",
        input=[],
        tools=[],
        tool_choice="auto",
        config=GenerateConfig(),
        output=output,
        error=error,
    )


def test_calls_are_those_that_were_answered(tmp_path: Path) -> None:
    events: list[Event] = [
        call(ModelUsage(input_tokens=5, output_tokens=2, input_tokens_cache_read=3)),
        call(None, error="timed out"),
        call(None),
        call(ModelUsage(input_tokens=9, output_tokens=1)),
    ]

    logged = read_back(tmp_path / "model.eval", sample_of("Do it."), events)

    assert logged.calls == (
        LoggedCall(input_tokens=8, output_tokens=2),
        LoggedCall(input_tokens=0, output_tokens=0),
        LoggedCall(input_tokens=9, output_tokens=1),
    )


@pytest.mark.parametrize(
    ("model", "reference"),
    [("openai-api/reference/novice", "reference/novice"), ("openai-api/lab/novice", None)],
)
def test_a_model_has_inspects_name_and_a_reference_models_when_it_may_be_one(
    model: str, reference: str | None, tmp_path: Path
) -> None:
    role, _ = read_all(tmp_path / "model.eval", sample_of("Do it."), [], model)

    assert (role.model, role.reference) == (model, reference)
