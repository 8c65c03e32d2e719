"""Read Inspect logs in a process of its own, with little memory: they may be hostile.

Started by `adapters.log_reading` as `python -m`, with paths as arguments; prints one JSON line
for each thing of `formats.logged`, in order.
"""

import json
import re
import resource
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import BinaryIO
from zipfile import ZipFile

from inspect_ai.event import Event, ModelEvent, ScoreEvent
from inspect_ai.log import (
    EvalLog,
    EvalSample,
    read_eval_log,
    read_eval_log_sample,
    read_eval_log_sample_summaries,
)
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    ModelUsage,
)
from inspect_ai.scorer import Score

from seatrial.adapters.inspect_runner.results import transcript_turns, used_by, verdict_of
from seatrial.adapters.inspect_runner.run import JOURNAL_KEY
from seatrial.adapters.inspect_runner.spending import input_tokens_of
from seatrial.adapters.inspect_runner.tools import ENDING_KEY
from seatrial.adapters.inspect_runner.trial_sample import CANARY_LINE
from seatrial.adapters.log_reading import BEGUN, ENDED, ONE_SAMPLE, ONE_SECONDS
from seatrial.adapters.trial.reference_models import PROVIDER
from seatrial.core.canonical import Digest, Json, digest_bytes
from seatrial.core.problem import ProblemError
from seatrial.core.record import to_json
from seatrial.formats.logged import Logged, LoggedCall, LoggedRole, LoggedSample, LogTrouble
from seatrial.testbed.journal.argv import command_facts

MEMORY_BYTES = 3 * 1024 * 1024 * 1024
"""Address space of this process: room for Inspect and a sample of several hundred MiB."""

SECONDS = 900
"""Processor time of this process: a log of 10,000 samples takes a few minutes."""

SHELL = ("bash", "--login", "-c")
"""What Inspect's `bash` tool starts; the command follows."""

_REFERENCE_SHORT = "reference"
_NOT_RUN = frozenset({"parsing", "approval", "cancelled", "sandbox_unavailable", "unknown"})
"""Errors of a tool call whose command may never have started."""

_CANARY = re.compile(re.escape(CANARY_LINE.format(canary="")) + r"([\w-]+)")
"""The line that a prompt's maker adds, or finds in the task's own text."""


def read_log(name: str, path: str, only: str | None = None) -> Iterator[Logged]:
    """Read a log, a sample at a time. name: in the bundle. only: key of the one sample wanted."""
    try:
        yield from _read(name, path, only)
    except MemoryError:
        yield LogTrouble(path=name, what="Reading it takes more memory than a log may.")
    except ProblemError as problem:
        yield LogTrouble(path=name, what=problem.what)
    except Exception as error:  # noqa: BLE001 - a hostile file may raise whatever it can provoke
        yield LogTrouble(path=name, what=f"It is no readable Inspect log ({type(error).__name__}).")


def _read(name: str, path: str, only: str | None) -> Iterator[Logged]:
    header = read_eval_log(path, header_only=True, format="eval")
    keys = [str(key) for key in header.eval.dataset.sample_ids or ()]
    yield _role(name, path, header, keys)
    if only is not None:
        if only in keys:
            sample = read_eval_log_sample(
                path, only, epoch=1, resolve_attachments="full", format="eval"
            )
            yield _sample(name, only, sample, None)
        return
    summaries = {
        (str(one.id), one.epoch): one for one in read_eval_log_sample_summaries(path, format="eval")
    }
    for key in keys:
        sample = read_eval_log_sample(path, key, epoch=1, resolve_attachments="full", format="eval")
        summary = summaries.get((key, 1))
        yield _sample(name, key, sample, summary.scores if summary else None)


def _role(name: str, path: str, header: EvalLog, keys: list[str]) -> LoggedRole:
    params: dict[str, object] = {}
    for step in header.plan.steps:
        if step.solver.rpartition("/")[2] == "attempt":
            params = step.params
    with ZipFile(path) as archive:
        members = [one for one in archive.namelist() if one.startswith("samples/")]
    model = header.eval.model
    served = model.startswith(f"{PROVIDER}/")
    return LoggedRole(
        path=name,
        model=model,
        reference=_REFERENCE_SHORT + model.removeprefix(PROVIDER) if served else None,
        task=header.eval.task,
        seconds=header.eval.config.working_limit,
        tokens=_whole(params.get("token_limit")),
        turns=_whole(params.get("max_turns")),
        samples=tuple(keys),
        held=len(members),
        results=header.results is not None or header.reductions is not None,
    )


def _whole(value: object) -> int | None:
    return value if type(value) is int else None


def _sample(
    name: str, key: str, sample: EvalSample, summary: Mapping[str, Score] | None
) -> LoggedSample:
    metadata = sample.metadata
    verdict, submission = verdict_of(sample)
    used = used_by(sample)
    system, prompt = _framing(sample.input if isinstance(sample.input, list) else [])
    canary, prompts = _prompts(prompt)
    asked, ran, odd = _commands(sample.messages)
    return LoggedSample(
        path=name,
        key=str(sample.id) if str(sample.id) == key else f"{key} as {sample.id}",
        number=sample.epoch,
        task=str(metadata.get("task")),
        epoch=_whole(metadata.get("epoch")) or 0,
        role=str(metadata.get("role")),
        journal=str(metadata.get(JOURNAL_KEY)),
        canary=canary,
        system_prompt=system,
        prompts=prompts,
        verdict=verdict,
        submission=None if submission is None else digest_bytes(submission),
        answer=_answer(sample.store.get(ENDING_KEY)),
        at_submission=used.at_submission,
        total=used.total,
        refusals=used.refusals,
        scores=tuple(_scores(sample, summary)),
        models=tuple(sorted(sample.model_usage)),
        calls=tuple(_calls(sample.events)),
        summed=sum(
            input_tokens_of(usage) + usage.output_tokens for usage in sample.model_usage.values()
        ),
        cut_off=sample.error is not None or sample.limit is not None,
        turns=tuple(transcript_turns(sample.messages)),
        ran=ran,
        asked=asked,
        odd_calls=odd,
    )


def _framing(messages: list[ChatMessage]) -> tuple[str | None, str]:
    match messages:
        case [ChatMessageSystem() as system, ChatMessageUser() as user]:
            return system.text, user.text
        case _:
            return None, ""


def _prompts(prompt: str) -> tuple[str | None, tuple[Digest, ...]]:
    """Find the canary, and undo what `TrialSample.prompt` did, in each way it may have been."""
    found = _CANARY.findall(prompt)
    if not found:
        return None, ()
    canary = str(found[-1])
    texts = [prompt]
    if prompt.endswith(line := CANARY_LINE.format(canary=canary) + "\n"):
        before = prompt.removesuffix(line)
        # One newline or two were added unless the text had them.
        texts += [before, before.removesuffix("\n"), before.removesuffix("\n\n")]
    return canary, tuple(
        dict.fromkeys(digest_bytes(text.replace(canary, "{canary}").encode()) for text in texts)
    )


def _answer(ending: object) -> Digest | None:
    text = ending.get("text") if isinstance(ending, Mapping) else None
    return digest_bytes(text.encode()) if isinstance(text, str) else None


def _scores(sample: EvalSample, summary: Mapping[str, Score] | None) -> Iterator[str]:
    for scores in (sample.scores, summary):
        for score in (scores or {}).values():
            yield str(score.value)
    for event in _of_grading(sample.events):
        yield str(event.score.value)


def _of_grading(events: list[Event]) -> Iterator[ScoreEvent]:
    return (one for one in events if isinstance(one, ScoreEvent) and not one.intermediate)


def _calls(events: list[Event]) -> Iterator[LoggedCall]:
    """Give the calls that were answered; the answer may have been a refusal without usage."""
    for event in events:
        if isinstance(event, ModelEvent) and event.error is None and not event.pending:
            usage = event.output.usage or ModelUsage()
            yield LoggedCall(input_tokens=input_tokens_of(usage), output_tokens=usage.output_tokens)


def _commands(
    messages: list[ChatMessage],
) -> tuple[tuple[Digest, ...], tuple[Digest, ...], bool]:
    results = {
        message.tool_call_id: message
        for message in messages
        if isinstance(message, ChatMessageTool)
    }
    asked: list[Digest] = []
    ran: list[Digest] = []
    odd = False
    for message in messages:
        for call in (isinstance(message, ChatMessageAssistant) and message.tool_calls) or ():
            if call.function != "bash":
                continue
            command = call.arguments.get("command")
            if not isinstance(command, str):
                odd = True
                continue
            digest = Digest(str(command_facts({"argv": [*SHELL, command]})["argv_digest"]))
            asked.append(digest)
            result = results.get(call.id)
            if result is not None and (result.error is None or result.error.type not in _NOT_RUN):
                ran.append(digest)
    return tuple(asked), tuple(ran), odd


def main(arguments: list[str], out: BinaryIO) -> None:
    """Read the logs [--sample=KEY] NAME PATH NAME PATH ... and write what they say to `out`."""
    only = one_sample(arguments)
    named = arguments if only is None else arguments[1:]
    for name, path in zip(named[::2], named[1::2], strict=True):
        _print(out, BEGUN, name)
        for logged in read_log(name, path, only):
            _print(out, type(logged).__name__, to_json(logged))
    _print(out, ENDED, "")


def one_sample(arguments: list[str]) -> str | None:
    """Give the key of the one sample that is wanted; None when all are."""
    first = arguments[0] if arguments else ""
    return first.removeprefix(ONE_SAMPLE) if first.startswith(ONE_SAMPLE) else None


def _print(out: BinaryIO, kind: str, value: Json) -> None:
    out.write(json.dumps({"kind": kind, "value": value}).encode() + b"\n")
    out.flush()


def confine(memory: int, seconds: int) -> None:
    """Bound this process. memory: bytes of address space. seconds: of processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    confine(MEMORY_BYTES, SECONDS if one_sample(sys.argv[1:]) is None else ONE_SECONDS)
    # In the main thread asyncio would take over Ctrl-C anew for each sample: half of the time.
    reading = threading.Thread(target=main, args=(sys.argv[1:], sys.stdout.buffer))
    reading.start()
    reading.join()
