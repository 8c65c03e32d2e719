"""The agent loop every model goes through: generate, run tools, until an ending."""

import time
from collections.abc import Callable

from inspect_ai.model import (
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    ModelUsage,
    execute_tools,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import Tool, bash

from seatrial.adapters.inspect_runner.collector import Collector, TrialStoppedError
from seatrial.adapters.inspect_runner.spending import Account, Meter
from seatrial.adapters.inspect_runner.tools import ENDING_KEY, report_impossible, submit

SCAFFOLD = "seatrial.react"
SCAFFOLD_VERSION = 1
"""Changes when results stop being comparable (R17)."""

TOOLS = ("bash", "submit", "report_impossible")
"""The tools this scaffold can offer."""

NUDGE = "Please go on with the tools. Call submit when done, or report_impossible."

SPENDING_KEY = "seatrial:spending"
"""Store key: {"at_submission": {...} | None, "total": {...}, "refusals": n, "stop": why}."""

_MAX_IDLE_TURNS = 3
"""Turns without a tool call before the attempt ends: enough for a nudge, not for a loop."""

_UNBILLED = ("model_length", "content_filter")
"""Endpoints refuse such a call whole, as an error without usage."""

_REFUSAL_OPENINGS = (
    "i can't", "i cannot", "i won't", "i'm sorry", "i am sorry",
    "sorry, ", "i'm not able", "i am not able", "i'm unable", "i am unable", "i must decline",
)  # fmt: skip


def agent_tools(*, shell_seconds: int) -> list[Tool]:
    """Give the tools of the scaffold. shell_seconds: limit of one shell command."""
    return [bash(timeout=shell_seconds), submit(), report_impossible()]


@solver
def attempt(
    *,
    token_limit: int,
    max_turns: int,
    shell_seconds: int,
    config: Callable[[object], GenerateConfig],
    account: Account,
    collector: Collector,
    observe: Callable[[str, Meter], None],
) -> Solver:
    """Let the model work on the sample until an ending, a limit or silence.

    token_limit: the plan's largest budget; the call that passes it is the last.
    config: of generation, by sample id.
    observe: told the sample id and meter after each model call, for the live display.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect's signature
        model = get_model()
        tools = agent_tools(shell_seconds=shell_seconds)
        meter = Meter()
        started = time.monotonic()
        refusals = idle = 0
        stop = "turns"

        def note(at_submission: dict[str, object] | None) -> None:
            state.store.set(
                SPENDING_KEY,
                {
                    "at_submission": at_submission,
                    "total": _reading(meter, started, account),
                    "refusals": refusals,
                    "stop": stop,
                },
            )

        note(None)
        for _ in range(max_turns):
            if meter.tokens >= token_limit:
                stop = "tokens"
                break
            collector.check()
            async with account.call(state.messages):
                output = await model.generate(
                    state.messages, tools=tools, config=config(state.sample_id)
                )
                state.output = output
                meter.add(_booked(output, account, collector))
            observe(str(state.sample_id), meter)
            state.messages.append(output.message)
            refusals += _refused(output.stop_reason, output.message.text, output.message.tool_calls)
            note(None)
            if output.message.tool_calls:
                idle = 0
                results, _ = await execute_tools(state.messages, tools)
                state.messages.extend(results)
                if state.store.get(ENDING_KEY) is not None:
                    stop = "ending"
                    break
            elif output.stop_reason == "model_length":
                # The conversation no longer fits the model: asking again cannot help.
                stop = "context"
                break
            else:
                idle += 1
                if idle >= _MAX_IDLE_TURNS:
                    stop = "idle"
                    break
                state.messages.append(ChatMessageUser(content=NUDGE))
        note(_reading(meter, started, account))
        state.completed = True
        return state

    return solve


def _booked(output: ModelOutput, account: Account, collector: Collector) -> ModelUsage:
    """Book a call. Raises: UnknownUsageError; TrialStoppedError when it cannot be noted."""
    if output.usage is None and output.stop_reason in _UNBILLED:
        return ModelUsage()
    try:
        return account.book(output.usage)
    except OSError as problem:
        collector.failure = problem
        raise TrialStoppedError(str(problem)) from problem


def _reading(meter: Meter, started: float, account: Account) -> dict[str, object]:
    return {
        "input_tokens": meter.input_tokens,
        "output_tokens": meter.output_tokens,
        "model_calls": meter.model_calls,
        "seconds": round(time.monotonic() - started, 3),
        "cost_usd": account.cost(meter.input_tokens, meter.output_tokens),
    }


def _refused(stop_reason: str, text: str, tool_calls: object) -> int:
    if stop_reason == "content_filter":
        return 1
    plain = text.strip().lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return int(not tool_calls and plain.startswith(_REFUSAL_OPENINGS))
