"""Reference models of a trial: one server on loopback for the model and the controls."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from seatrial.adapters.inspect_runner.answers import answer_book
from seatrial.adapters.inspect_runner.trial_sample import TrialSample
from seatrial.core.canonical import canonical_json
from seatrial.core.problem import BadInputError
from seatrial.models.answer_book import parse_answer_book
from seatrial.models.answer_file import FixedAnswers
from seatrial.models.catalog import POLICIES, parse_model_name
from seatrial.models.server import serve

PROVIDER = "openai-api/reference"
"""Inspect's provider for any OpenAI-compatible endpoint: the same path as a real model's."""


@contextmanager
def serve_references(samples: Iterable[TrialSample]) -> Iterator[str]:
    """Serve every reference model, with the answers of `samples`, and give the base URL."""
    book = canonical_json(answer_book(samples)).decode()
    answers = FixedAnswers(parse_answer_book(book, place="this trial's answers"))
    with serve(answers=answers) as serving:
        yield serving.base_url


def check_reference(name: str) -> None:
    """See that a reference model of this name exists.

    Raises: BadInputError listing the known ones.
    """
    known = [policy.name for policy in POLICIES]
    if parse_model_name(name).policy not in known:
        raise BadInputError(
            f"There is no reference model {name!r}.", f"Choose from: {', '.join(known)}."
        )
