"""Beginning a submission: the draft, its team, and who drafted it as the first in it."""

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Outcome, Unit
from seatrial.core.people import CaseId, Role
from seatrial.faces.desk.naming import check_named
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import Drafted
from seatrial.review.submission.model import Model, Rules
from seatrial.review.submission.state import Submission
from seatrial.review.team.aggregate import TEAM, Assigned, Formed, Member


def draft_submission(
    unit: Unit, setting: Setting, case: CaseId, model: Model, rules: Rules
) -> Outcome[Submission | None]:
    """Note a draft in a unit whose access the caller checked.

    rules: of the policy in force; they stay this submission's.
    Raises: NotPossibleError for software, for a person of no party, and when the model names what
    is not sealed to this case.
    """
    person, party = setting.actor.person, setting.actor.party
    if person is None or party is None:
        raise NotPossibleError("A draft is begun by a person of a party.", "Join one first.")
    drafted = Drafted(model=model, rules=rules)
    check_named(unit, case, drafted)
    stream, team = StreamId(f"submission/{case}"), StreamId(f"team/{case}")
    written = unit.handle(SUBMISSION, stream, drafted, setting, case=case)
    formed = Formed(developer=party, purposes=rules.purposes)
    unit.handle(TEAM, team, formed, setting, case=case)
    first = Member(person=person, party=party, role=Role.DEVELOPER, purposes=())
    unit.handle(TEAM, team, Assigned(member=first), setting, case=case)
    return written
