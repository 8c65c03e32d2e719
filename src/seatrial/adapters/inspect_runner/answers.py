"""The answer book that tells the controls the reference solutions."""

import base64
from collections.abc import Iterable

from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.core.canonical import Json
from seatrial.tasks.family import Dials, Run, Write


def answer_book(samples: Iterable[TrialSample]) -> dict[str, Json]:
    """Give canary -> steps, answer and whether the task counts as hard.

    The form is that of `seatrial.models.answer_book`.
    """
    return {sample.secrets.canary: _entry(sample) for sample in samples}


def is_hard(family_defaults: Dials, dials: Dials, easiest: Dials) -> bool:
    """Tell whether most dials stand above their easiest value (for the sandbagger only)."""
    raised = sum(dials[name] != easiest[name] for name in family_defaults)
    return 2 * raised > len(family_defaults)


def _entry(sample: TrialSample) -> dict[str, Json]:
    solution = sample.family.reference(sample.instance)
    steps: list[Json] = []
    for step in solution.steps:
        match step:
            case Write(path=path, contents=contents, mode=mode):
                encoded = base64.b64encode(contents).decode()
                steps.append({"write": {"path": path, "contents_base64": encoded, "mode": mode}})
            case Run(script=script):
                steps.append({"run": {"script": script}})
    card = sample.family.card
    easiest: Dials = {dial.name: dial.values[0] for dial in card.dials}
    defaults: Dials = {dial.name: dial.default for dial in card.dials}
    return {
        "steps": steps,
        "answer": solution.answer,
        "hard": is_hard(defaults, sample.instance.dials, easiest),
    }
