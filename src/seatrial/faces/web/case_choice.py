"""Choosing one of one's cases: the latest, or those that a search finds; never all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest

from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.cases import case_of, latest_with
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission

MOST = 25
"""Cases to choose from at a time: what people read through. Our choice."""

WORDS = 100
"""Characters of a search at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChoice:
    """Cases to choose from, each with what it is now. words: searched for. more: others fit too."""

    words: str
    cases: tuple[tuple[CaseId, Submission], ...]
    more: bool


def case_choice(request: HttpRequest, words: str, *, besides: Iterable[str] = ()) -> CaseChoice:
    """Find cases that the person may read, the latest first, by how models are named.

    besides: cases that can be chosen whether found or not, if the person may read them.
    """
    desk, who = the_desk(), who_asks(request)
    words = words.strip()[:WORDS].replace("\0", "")
    rows, _ = latest_with(who.person)
    if words:
        named = Q(title__icontains=words) | Q(stream__startswith=f"{SUBMISSION.name}/{words}")
        rows = rows.filter(named)
    found = [case_of(one) for one in rows[: MOST + 1]]
    # In this order, each once.
    cases = list(dict.fromkeys([*(CaseId(one) for one in besides if one), *found[:MOST]]))
    read = desk.open_in(who, Action.READ_CASE, cases)
    states = desk.ledger.states(SUBMISSION, [StreamId(f"submission/{one}") for one in read])
    listed = ((one, states.get(StreamId(f"submission/{one}"))) for one in cases)
    return CaseChoice(
        words=words,
        cases=tuple((case, state) for case, state in listed if state is not None),
        more=len(found) > MOST,
    )
