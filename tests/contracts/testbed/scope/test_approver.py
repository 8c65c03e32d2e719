"""The monitor in a real Inspect evaluation: a violation ends the sample and keeps it."""

from pathlib import Path

import pytest
from inspect_ai import Task, eval_async
from inspect_ai.agent import react
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from inspect_ai.model import ChatMessageAssistant, ModelOutput, ModelUsage, get_model
from inspect_ai.model._model_output import ChatCompletionChoice
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from inspect_ai.tool import Tool, ToolCall, tool

from seatrial.testbed.scope.approver import MONITOR_FAILURE, scope_policies
from seatrial.testbed.scope.monitor import Alert, AlertSink
from seatrial.testbed.scope.policy import Scope, parse_scope

EXAMPLE = Path(__file__).parents[4] / "policy" / "scope-example.toml"
RAN: list[str] = []

pytestmark = [
    pytest.mark.anyio,
    # Inspect's own: its use of tenacity, and streams it leaves when a sample ends early.
    pytest.mark.filterwarnings("ignore:The 'initial' parameter:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def scope() -> Scope:
    return parse_scope(EXAMPLE.read_text(), EXAMPLE.name)


@tool
def bash() -> Tool:
    async def execute(command: str) -> str:
        """Note the command instead of running it.

        Args:
            command: The command.
        """
        RAN.append(command)
        return "done"

    return execute


@scorer(metrics=[accuracy()])
def count_ran() -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's form
        return Score(value=len(RAN))

    return score


def _calls(*calls: ToolCall) -> ModelOutput:
    message = ChatMessageAssistant(content="I try.", tool_calls=list(calls), source="generate")
    return ModelOutput(
        model="mockllm/model",
        choices=[ChatCompletionChoice(message=message, stop_reason="tool_calls")],
        # With usage given, the mock model asks for no tokenizer.
        usage=ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2),
    )


def _call(
    name: str, *, number: int = 1, parse_error: str | None = None, **arguments: object
) -> ToolCall:
    return ToolCall(
        id=f"call-{number}", function=name, arguments=arguments, parse_error=parse_error
    )


async def _run(scope: Scope, sink: AlertSink, log_dir: Path, *outputs: ModelOutput) -> EvalSample:
    RAN.clear()
    logs = await eval_async(
        Task(
            dataset=[Sample(input="go", target="x", id="s")],
            solver=react(tools=[bash()]),
            scorer=count_ran(),
        ),
        model=get_model("mockllm/model", custom_outputs=list(outputs)),
        approval=scope_policies(scope, sink, workdir="/home/agent"),
        log_dir=str(log_dir),
    )
    log: EvalLog = read_eval_log(logs[0].location)
    assert log.status == "success"
    assert log.samples is not None
    return log.samples[0]


async def test_what_is_in_scope_runs_to_the_end(scope: Scope, tmp_path: Path) -> None:
    alerts: list[Alert] = []

    sample = await _run(
        scope,
        alerts.append,
        tmp_path,
        _calls(_call("bash", command="ls /home/agent")),
        _calls(_call("submit", answer="x")),
    )

    assert (sample.limit, sample.error, RAN, alerts) == (None, None, ["ls /home/agent"], [])


async def test_a_violation_ends_the_sample_keeps_it_and_alerts(
    scope: Scope, tmp_path: Path
) -> None:
    alerts: list[Alert] = []

    sample = await _run(
        scope,
        alerts.append,
        tmp_path,
        _calls(_call("bash", command="id")),
        _calls(_call("bash", number=2, command="curl http://a.b\x1b[2J")),
        _calls(_call("bash", number=3, command="after")),
    )

    assert RAN == ["id"]
    assert sample.error is None
    assert sample.limit is not None
    assert sample.limit.type == "operator"
    assert sample.scores is not None
    assert sample.scores["count_ran"].value == 1
    assert "curl" in str(sample.messages)
    decisions = [e for e in sample.events if e.event == "approval"]
    assert [e.decision for e in decisions] == ["approve", "terminate"]
    assert "network_attempt" in str(decisions[-1].explanation)
    assert [(a.rule, a.tool, a.call_id) for a in alerts] == [("network_attempt", "bash", "call-2")]
    assert all(a.what.isprintable() for a in alerts)


async def test_an_alert_that_cannot_be_delivered_still_ends_the_sample(
    scope: Scope, tmp_path: Path
) -> None:
    def broken(_alert: Alert) -> None:
        raise OSError("no journal")

    sample = await _run(scope, broken, tmp_path, _calls(_call("bash", command="mount /x")))

    assert RAN == []
    assert sample.limit is not None


async def test_a_call_that_cannot_be_judged_does_not_run(
    scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts: list[Alert] = []

    def fail(*_args: object, **_kwargs: object) -> None:
        raise TimeoutError("a kind of error that Inspect would show the model as its tool's")

    monkeypatch.setattr("seatrial.testbed.scope.approver.actions_of", fail)

    sample = await _run(scope, alerts.append, tmp_path, _calls(_call("bash", command="ls")))

    assert RAN == []
    assert sample.limit is not None
    assert [alert.rule for alert in alerts] == [MONITOR_FAILURE]


async def test_calls_that_inspect_itself_turns_away_never_run(scope: Scope, tmp_path: Path) -> None:
    """A parse error and an unknown tool reach no approver."""
    alerts: list[Alert] = []

    sample = await _run(
        scope,
        alerts.append,
        tmp_path,
        _calls(_call("bash", parse_error="bad JSON", command="curl http://a.b")),
        _calls(_call("nosuch", number=2, command="curl http://a.b")),
        _calls(_call("submit", number=3, answer="x")),
    )

    assert (RAN, alerts, sample.limit) == ([], [], None)


async def test_huge_arguments_are_stopped(scope: Scope, tmp_path: Path) -> None:
    alerts: list[Alert] = []

    await _run(scope, alerts.append, tmp_path, _calls(_call("bash", command="a | " * 100_000)))

    assert RAN == []
    assert [alert.rule for alert in alerts] == ["unreadable_call"]


async def test_of_two_calls_at_once_the_violation_does_not_run(
    scope: Scope, tmp_path: Path
) -> None:
    alerts: list[Alert] = []

    sample = await _run(
        scope,
        alerts.append,
        tmp_path,
        _calls(_call("bash", command="id"), _call("bash", number=2, command="curl http://a.b")),
    )

    assert "curl http://a.b" not in RAN
    assert sample.limit is not None
    assert len(alerts) == 1
