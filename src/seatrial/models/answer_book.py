"""The answer book: what the oracle is told. Data, so that nothing here knows of families."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from seatrial.core.canonical import Json
from seatrial.core.problem import BadInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStep:
    """Put a file. path: absolute in the sandbox. mode: permission bits, 0 .. 0o7777."""

    path: str
    contents: bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """Run a script with `sh`."""

    script: str


AnswerStep: TypeAlias = WriteStep | RunStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How to solve one sample.

    answer: text to submit; None means the last step's standard output, stripped.
    hard: what the sandbagger fails on purpose; the book's writer decides it from the dials.
    """

    steps: tuple[AnswerStep, ...]
    answer: str | None = None
    hard: bool = False


AnswerBook: TypeAlias = Mapping[str, Answer]
"""By canary."""


def render_answer_book(book: AnswerBook) -> str:
    """Write a book as JSON text, entries sorted by canary."""
    entries: dict[str, Json] = {}
    for canary, answer in sorted(book.items()):
        steps = [_render_step(step) for step in answer.steps]
        entries[canary] = {"steps": steps, "answer": answer.answer, "hard": answer.hard}
    return json.dumps(entries, indent=1) + "\n"


def parse_answer_book(text: str, *, place: str) -> dict[str, Answer]:
    """Read a book. place: file name, for the message.

    Raises: BadInputError naming the field.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{place}: it is not JSON ({error}).", "Write it anew.") from error
    if not isinstance(raw, dict):
        raise _wrong(place, "the book", "an object of entries by canary")
    return {canary: _parse_answer(entry, f"{place}: {canary}") for canary, entry in raw.items()}


def _render_step(step: AnswerStep) -> Json:
    match step:
        case WriteStep(path=path, contents=contents, mode=mode):
            encoded = base64.b64encode(contents).decode("ascii")
            return {"write": {"path": path, "contents_base64": encoded, "mode": mode}}
        case RunStep(script=script):
            return {"run": {"script": script}}


def _parse_answer(raw: Any, place: str) -> Answer:
    if not isinstance(raw, dict) or not isinstance(raw.get("steps"), list):
        raise _wrong(place, "the entry", "an object with a list `steps`")
    text, hard = raw.get("answer"), raw.get("hard", False)
    if text is not None and not isinstance(text, str):
        raise _wrong(place, "answer", "text or null")
    if not isinstance(hard, bool):
        raise _wrong(place, "hard", "true or false")
    steps = tuple(
        _parse_step(step, f"{place}: steps[{index}]") for index, step in enumerate(raw["steps"])
    )
    return Answer(steps=steps, answer=text, hard=hard)


def _parse_step(raw: Any, place: str) -> AnswerStep:
    match raw:
        case {"run": {"script": str(script)}}:
            return RunStep(script=script)
        case {"write": {"path": str(path), "contents_base64": str(encoded), "mode": int(mode)}}:
            try:
                contents = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise _wrong(place, "contents_base64", "base64") from None
            if not path.startswith("/") or "\0" in path:
                raise _wrong(place, "path", "an absolute path")
            if not 0 <= mode <= 0o7777:  # noqa: PLR2004 - all permission bits
                raise _wrong(place, "mode", "permission bits, 0 to 4095")
            return WriteStep(path=path, contents=contents, mode=mode)
        case _:
            raise _wrong(
                place, "the step", "`run` with script, or `write` with path, contents and mode"
            )


def _wrong(place: str, field: str, expected: str) -> BadInputError:
    return BadInputError(
        f"answer book {place}: {field} is not {expected}.", "Have the trial write the book anew."
    )
