"""Guards of the determination (R23). The software decides nothing: it holds the form."""

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.moment import show_moment
from seatrial.core.stages import refuse_unless
from seatrial.core.words import check_issued
from seatrial.review.submission.model import is_digest
from seatrial.review.submission.state import Recommending, Submission, objection_ends
from seatrial.review.submission.work_events import Determined


def check_determination(state: Submission, wanted: Determined, setting: Setting) -> None:
    """Refuse a determination that lacks what R23 asks for, or comes before the developer's chance.

    Raises: NotPossibleError; BadInputError when its words hint at a permission.
    """
    standing = state.recommendation
    if standing is None:
        raise TypeError("a submission that is recommended on has a recommendation")
    _check_official(standing, wanted, setting)
    _check_chance(state, standing, setting)
    _check_replies(state, wanted)
    _check_consultees(state, wanted)
    refuse_unless(wanted.reasons.strip(), "A determination has no reasons.", "Give them.")
    check_issued(wanted.reasons, place="reasons of the determination")
    check_issued(wanted.office, place="office of the determination")
    for one in wanted.replies:
        check_issued(one.answer, place="answer to an objection")
    refuse_unless(
        all(is_digest(one) for one in wanted.evidence) and standing.report in wanted.evidence,
        "The evidence must be digests, with that of the recommended report among them.",
        "Name what the determination rests on.",
    )


def _check_official(standing: Recommending, wanted: Determined, setting: Setting) -> None:
    refuse_unless(
        wanted.official == setting.actor.person and wanted.office.strip(),
        "A determination is entered by the official whom it names, with the office.",
        "The official must enter it.",
    )
    refuse_unless(
        wanted.official != standing.by,
        "Whoever recommended cannot determine.",
        "Another official must determine.",
    )


def _check_chance(state: Submission, standing: Recommending, setting: Setting) -> None:
    until = objection_ends(state)
    if standing.rested or until is None or setting.at >= until:
        return
    raise NotPossibleError(
        f"The developer can object until {show_moment(until)}.",
        "Wait until then, or until the developer says that it has nothing to add.",
    )


def _check_replies(state: Submission, wanted: Determined) -> None:
    replied = {one.objection for one in wanted.replies if one.answer.strip()}
    refuse_unless(
        replied == set(state.objections) and len(wanted.replies) == len(replied),
        f"The determination answers {len(replied)} of {len(state.objections)} objections"
        " on record, or some other.",
        "Answer each objection of the developer once, by its digest.",
    )
    refuse_unless(
        all(one.taken is not None for one in state.corrections),
        "A factual correction of the developer waits for its answer.",
        "Answer it first.",
    )


def _check_consultees(state: Submission, wanted: Determined) -> None:
    people = {one.person for one in wanted.consultees} - {wanted.official}
    refuse_unless(
        len(people) >= state.rules.minimum_consultees and len(people) == len(wanted.consultees),
        f"The policy asks for at least {state.rules.minimum_consultees} consultees, each named"
        " once and none of them the official.",
        "Consult them, and name them.",
    )
