"""What a person can do in a case now: the acts whose access, stage and work all fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.faces.desk.acts import ACTIONS
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import STAGES, WORK, Command
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something the person can do. kind: of the command, without the aggregate's name."""

    kind: str
    label: str


def acts_for(desk: Desk, who: Whoever, case: CaseId, state: Submission) -> Sequence[Act]:
    """Give the acts that are open to a person now, in the table's order."""
    possible = [(name, command) for name, command in COMMANDS.items() if _fits(command, state)]
    actions = {ACTIONS[command] for _, command in possible}
    purposes = (None, *purposes_of(desk, who, case))
    granted = {
        action
        for action in actions
        if any(isinstance(desk.may(who, action, case, one), Granted) for one in purposes)
    }
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
    return [
        one
        for one in purposes_of(desk, who, case)
        if isinstance(desk.may(who, action, case, one), Granted)
    ]


def _fits(command: type[object], state: Submission) -> bool:
    if state.stage not in STAGES[command]:
        return False
    return command not in WORK or state.work in WORK[command]
