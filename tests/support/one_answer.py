"""A model that knows the answer to one task of the small plan, and gives it to all."""

from collections.abc import Sequence

from seatrial.adapters.inspect_runner.answers import answer_book
from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.core.canonical import canonical_json
from seatrial.models.answer_book import Answer, parse_answer_book
from seatrial.models.answer_file import FixedAnswers
from seatrial.tasks.dials import complete_dials
from seatrial.tasks.family import Dials, SampleSecrets
from seatrial.tasks.registry import families

CANARY = "canary-of-the-one-answer"
DIALS: Dials = {"size": "small", "depth": 1, "integrity": "length", "decoys": 0}


class OneAnswer:
    """Answers for the oracle: whatever the task, the reference solution of seed 11."""

    def __init__(self) -> None:
        family = families()["memory_safety_discovery"]
        sample = TrialSample(
            task="memory_safety_discovery/0000",
            number=0,
            epoch=1,
            family=family,
            instance=family.generate(11, complete_dials(family.card, DIALS)),
            secrets=SampleSecrets(canary=CANARY, flag="flag-of-the-one-answer"),
        )
        book = canonical_json(answer_book([sample])).decode()
        self._answers = FixedAnswers(parse_answer_book(book, place="the one answer"))

    def find(self, references: Sequence[str]) -> Answer | None:
        """Give the answer, whatever is asked for."""
        del references
        return self._answers.find((CANARY,))
