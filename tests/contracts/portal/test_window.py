"""The window's end holds at every read, though no worker ran and the clock was set back."""

from typing import Any

import pytest
from worker_portal import Workplace, workplace

IN_PORTAL = """
from dataclasses import dataclass
from datetime import datetime, timedelta
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted, TokenScope
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId, PartyId, PersonId
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.accounts.models import Account
from seatrial.review.audit import AUDIT, LedgerTaken
from seatrial.review.submission.aggregate import SUBMISSION

@dataclass
class At:
    moment: datetime
    def now(self): return self.moment

ledger, case, moment = the_ledger(), CaseId("opencase"), timedelta(milliseconds=1)
window = ledger.state(SUBMISSION, StreamId("submission/opencase"))[0].window
eve = PersonId(Account.objects.get(name="eve").person)
token = TokenScope(case=case, purpose="evaluation")

def uses(at, who=Whoever(person=eve)):
    desk = Desk(ledger=ledger, clock=At(at), by="test")
    asked = [desk.may(who, one, case, "evaluation") for one in (Action.USE_MODEL, Action.RUN_TRIAL)]
    listed = desk.open_to(who, case, [Action.USE_MODEL, Action.RUN_TRIAL])
    return [isinstance(one, Granted) for one in asked] + [len(listed) == 2]

def write(at):
    setting = Setting(at=at, actor=Actor(person=eve, party=PartyId("operator"), by="test"))
    ledger.handle(AUDIT, StreamId("audit/exports"), LedgerTaken(purpose="test"), setting)
"""


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace(tmp_path_factory.mktemp("window") / "data")


def ask(place: Workplace, code: str) -> Any:
    return place.ask(f"{IN_PORTAL}\n{code}")


def test_nobody_reads_access_details_from_the_end_on_and_no_clock_opens_them_again(
    place: Workplace,
) -> None:
    before, at_end, later, by_token, back = ask(
        place,
        "ends = window.ends_at\n"
        "answer = [uses(ends - moment), uses(ends), uses(ends + timedelta(days=3))]\n"
        "answer += [uses(ends, Whoever(person=eve, token=token))]\n"
        "write(ends + moment)\n"
        "answer += [uses(ends - timedelta(days=1))]",
    )

    assert before == [True, True, True]
    assert at_end == later == by_token == back == [False, False, False]
