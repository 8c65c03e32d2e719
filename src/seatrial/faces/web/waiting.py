"""Which of a person's cases wait for this person."""

from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.cases import case_of, submissions_with
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.next_step import next_step
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Stage
from seatrial.review.team.aggregate import TEAM, member_of

LOOKED_AT = 50
"""Of a person's cases, those changed last. The list of all has the others."""

_OVER = (Stage.DECLINED.value, Stage.CLOSED.value, Stage.WITHDRAWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case whose next step is the person's. said: what is to come in it."""

    case: CaseId
    name: str
    said: str


def waiting_for(desk: Desk, who: Whoever) -> Iterator[Waiting]:
    """Give the cases that wait for a person's role in them, the latest changed first."""
    rows = submissions_with(who.person).exclude(stage__in=_OVER).order_by("-at", "stream")
    cases = [case_of(one) for one in rows[:LOOKED_AT]]
    read = desk.open_in(who, Action.READ_CASE, cases)
    shown = [one for one in cases if one in read]
    states = desk.ledger.states(SUBMISSION, [StreamId(f"submission/{one}") for one in shown])
    teams = desk.ledger.states(TEAM, [StreamId(f"team/{one}") for one in shown])
    for case in shown:
        state = states.get(StreamId(f"submission/{case}"))
        member = member_of(teams.get(StreamId(f"team/{case}")), who.person)
        if state is None or member is None:
            continue
        step = next_step(state)
        if member.role in step.by:
            yield Waiting(case=case, name=state.model.name, said=step.said)
