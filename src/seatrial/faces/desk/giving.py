"""Giving a command to a submission, with what must happen elsewhere at the same moment."""

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Outcome, Unit
from seatrial.core.people import CaseId
from seatrial.faces.desk.naming import check_named
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import TermsAgreed
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import Command
from seatrial.review.team.aggregate import TEAM, PurposesChanged


def give_to_submission(
    unit: Unit, setting: Setting, case: CaseId, wanted: Command, *, expected: int | None
) -> Outcome[Submission | None]:
    """Note a command in a unit whose access the caller checked.

    Agreed terms bound the purposes that the team's people have, from that moment on.
    Raises: NotPossibleError, also when it names what is not this case's.
    """
    check_named(unit, case, wanted)
    stream = StreamId(f"submission/{case}")
    written = unit.handle(SUBMISSION, stream, wanted, setting, expected=expected, case=case)
    terms = written.state.terms if written.state else None
    if isinstance(wanted, TermsAgreed) and terms:
        changed = PurposesChanged(purposes=terms.purposes)
        unit.handle(TEAM, StreamId(f"team/{case}"), changed, setting, case=case)
    return written
