"""What a person can do in a case now: the acts whose access, stage and work all fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from seatrial.core.access.action import Action
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import PartnerAgreed, PartnerObjected
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import STAGES, WORK, Command
from seatrial.review.submission.work_events import CorrectionAnswered, Recommended
from seatrial.review.team.aggregate import TEAM, Member, member_of

LABELS = {
    "amended": "Amend the model",
    "offered": "Offer it to the programme",
    "terms-proposed": "Propose terms",
    "terms-agreed": "Agree to the terms",
    "accepted": "Accept the submission",
    "declined": "Decline the submission",
    "access-granted": "Grant access: open the window",
    "window-extended": "Extend the window",
    "access-revoked": "Revoke access",
    "partner-proposed": "Propose a trusted partner",
    "partner-agreed": "Agree to a trusted partner",
    "partner-objected": "Object to a trusted partner",
    "release-planned": "Plan a release",
    "released": "Enter a release",
    "withdrawn": "Withdraw",
    "closed": "Close the case",
    "plan-proposed": "Propose a plan",
    "plan-commented": "Comment on the plan",
    "plan-signed": "Enter the signed plan",
    "trial-started": "Enter a trial",
    "trial-ended": "Hand in the running trial's evidence",
    "integrity-reviewed": "Sign the integrity review off",
    "report-rendered": "Render the report",
    "correction-asked": "Ask for a factual correction",
    "correction-answered": "Answer a factual correction",
    "objected": "Object",
    "objections-rested": "Say that you have nothing to add",
    "recommended": "Recommend",
    "determined": "Determine",
}
"""Of the commands to a submission, in a person's words."""

COMMANDS: Mapping[str, type[Command]] = {
    name: cast("type[Command]", SUBMISSION.kinds[name]) for name in LABELS
}
"""The commands that people give to a submission."""


ANSWERS: Mapping[type[object], Callable[[Submission], bool]] = {
    PartnerAgreed: lambda state: any(not one.agreed and not one.objected for one in state.partners),
    PartnerObjected: lambda state: any(not one.objected for one in state.partners),
    CorrectionAnswered: lambda state: any(one.taken is None for one in state.corrections),
    Recommended: lambda state: all(one.taken is not None for one in state.corrections),
}
"""What answers something is offered only when something waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something the person can do. kind: of the command, without the aggregate's name."""

    kind: str
    label: str


def acts_for(desk: Desk, who: Whoever, case: CaseId, state: Submission) -> Sequence[Act]:
    """Give the acts that are open to a person now, in the table's order."""
    possible = [(name, command) for name, command in COMMANDS.items() if _fits(command, state)]
    granted = desk.open_to(who, case, {ACTIONS[command] for _, command in possible})
    return [
        Act(kind=name, label=LABELS[name])
        for name, command in possible
        if ACTIONS[command] in granted
    ]


def member_in(desk: Desk, who: Whoever, case: CaseId) -> Member | None:
    """Give a person's place in a case."""
    team, _ = desk.ledger.state(TEAM, StreamId(f"team/{case}"))
    return member_of(team, who.person)


def purposes_of(desk: Desk, who: Whoever, case: CaseId) -> tuple[str, ...]:
    """Give the purposes that a person has in a case."""
    member = member_in(desk, who, case)
    return member.purposes if member else ()


def purposes_for(desk: Desk, who: Whoever, case: CaseId, action: Action) -> list[str]:
    """Give those of a person's purposes under which something is granted."""
    granted = desk.open_to(who, case, (action,)).get(action, ())
    return [one for one in granted if one is not None]


def _fits(command: type[object], state: Submission) -> bool:
    if state.stage not in STAGES[command] or (command in WORK and state.work not in WORK[command]):
        return False
    answers = ANSWERS.get(command)
    return answers is None or answers(state)
