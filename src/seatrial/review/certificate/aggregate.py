"""The certificate as an aggregate: state, table, decide, evolve; and how it stands at a moment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never, get_args

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.moment import show_moment
from seatrial.core.stages import (
    Side,
    Table,
    check_side,
    kind_names,
    lead,
    move,
    refuse_unless,
    stay,
)
from seatrial.core.words import DISCLAIMER, check_issued
from seatrial.review.certificate.events import Event, Issued, RetestTriggered, Revoked, Superseded
from seatrial.review.submission.model import is_digest


class Stage(StrEnum):
    """What was done to the certificate. That it expired is a matter of the moment."""

    ISSUED = "issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Standing(StrEnum):
    """What someone who checks a certificate is told."""

    IN_FORCE = "in force"
    RETEST_DUE = "in force, a new trial is due"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate. triggered: which of its triggers came about."""

    stage: Stage
    issued: Issued
    issued_at: datetime
    triggered: tuple[RetestTriggered, ...] = ()
    reason: str = ""
    superseded_by: str = ""
    ended_at: datetime | None = None


STAGES: Table[Stage] = {
    Issued: {None: Stage.ISSUED},
    RetestTriggered: stay(Stage.ISSUED),
    Revoked: lead(Stage.REVOKED, Stage.ISSUED),
    Superseded: lead(Stage.SUPERSEDED, Stage.ISSUED),
}


def standing(state: Certificate, at: datetime) -> Standing:
    """Tell how the certificate stands at a moment."""
    match state.stage:
        case Stage.REVOKED:
            return Standing.REVOKED
        case Stage.SUPERSEDED:
            return Standing.SUPERSEDED
        case Stage.ISSUED:
            if at >= state.issued.expires_at:
                return Standing.EXPIRED
            return Standing.RETEST_DUE if state.triggered else Standing.IN_FORCE
        case _:
            assert_never(state.stage)


def decide(state: Certificate | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError; BadInputError for words of a permission."""
    move(STAGES, state.stage if state else None, wanted, thing="certificate")
    developer = wanted.developer if isinstance(wanted, Issued) else None
    check_side(
        # A trigger may be noticed by anyone, the software too.
        Side.ANYONE if isinstance(wanted, RetestTriggered) else Side.PROGRAMME,
        setting,
        wanted,
        developer=state.issued.developer if state else developer,
    )
    match wanted:
        case Issued():
            _check_issue(wanted, setting)
        case RetestTriggered():
            known = state.issued.retest if state else ()
            refuse_unless(
                wanted.trigger in known,
                f"The certificate has no trigger {wanted.trigger!r}.",
                f"It has: {'; '.join(known)}.",
            )
            check_issued(wanted.note, place="note on the trigger")
        case Revoked():
            refuse_unless(wanted.reason.strip(), "Revoking goes on record.", "Give a reason.")
            check_issued(wanted.reason, place="reason of the revocation")
        case Superseded():
            refuse_unless(wanted.by, "The later certificate is not named.", "Name it.")
        case _:
            assert_never(wanted)
    return (wanted,)


def _check_issue(wanted: Issued, setting: Setting) -> None:
    digests = (wanted.model, wanted.report, wanted.code, *wanted.statements)
    refuse_unless(
        all(is_digest(one) for one in digests) and wanted.statements,
        "A certificate names model, report, code and signed statements by digest.",
        "Issue it from the submission.",
    )
    latest = setting.at + timedelta(days=wanted.maximum_days)
    refuse_unless(
        setting.at < wanted.expires_at <= latest,
        f"The certificate would expire at {show_moment(wanted.expires_at)}; by the policy it"
        f" expires after {show_moment(setting.at)} and by {show_moment(latest)}.",
        "Choose an expiry between the two.",
    )
    refuse_unless(
        wanted.scope and wanted.retest,
        "A certificate tells what was tested, and what calls for a new trial.",
        "Issue it from the submission.",
    )
    refuse_unless(
        DISCLAIMER in wanted.statement,
        f"The certificate does not say: {DISCLAIMER}",
        "Issue it with this sentence.",
    )
    # Name, checkpoint and scope are the developer's, and quoted as that wherever they are printed.
    for text in (wanted.statement, *wanted.retest):
        check_issued(text, place="certificate")


def evolve(state: Certificate | None, event: Event, setting: Setting) -> Certificate:
    """Give the certificate after an event that `decide` gave."""
    stage = STAGES[type(event)][state.stage if state else None]
    if state is None:
        if not isinstance(event, Issued):
            raise TypeError("the table lets a certificate begin by being issued only")
        return Certificate(stage=stage, issued=event, issued_at=setting.at)
    match event:
        case Issued():
            return state
        case RetestTriggered():
            return replace(state, triggered=(*state.triggered, event))
        case Revoked():
            return replace(state, stage=stage, reason=event.reason, ended_at=setting.at)
        case Superseded():
            return replace(state, stage=stage, superseded_by=event.by, ended_at=setting.at)
        case _:
            assert_never(event)


CERTIFICATE: Aggregate[Certificate | None, Event, Event] = Aggregate(
    name="certificate",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
