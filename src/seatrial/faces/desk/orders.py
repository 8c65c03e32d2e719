"""Trials that were ordered in the portal: which they are, who may run them, what they need."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from seatrial.adapters.trial.setting import TrialSetting
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Denied
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import Setting, read_event
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId, PersonId
from seatrial.core.problem import RefusedError
from seatrial.faces.desk.access_details import AccessDetails, read_access_details
from seatrial.faces.desk.cases import streams_marked
from seatrial.faces.desk.content import Content, items_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever, moment_of
from seatrial.formats.signed_plan import open_plan
from seatrial.review.lists import WORK
from seatrial.review.plan import plan_digest
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission, Work, has_access
from seatrial.review.submission.work_events import TrialStarted
from seatrial.review.submission.working import running_trial
from seatrial.review.trial import Safeguards
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger

WORKER = Actor(person=None, party=None, by="worker")
"""The software, running a trial that a person ordered."""

CALL_SECONDS = 300
CALL_RETRIES = 3
"""Of a model call, as `seatrial trial run` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A running trial that is to be run for the programme. by: who ordered it, for what purpose."""

    case: CaseId
    started: TrialStarted
    by: PersonId
    purpose: str
    at: datetime

    @property
    def name(self) -> str:
        """Name the trial in its evidence: the same however often it is begun."""
        said = f"{self.case}/{self.started.trial}/{self.at.isoformat()}"
        return f"trial-{digest_bytes(said.encode())[7:23]}"

    @property
    def began(self) -> str:
        """Give the moment of the order as evidence has it."""
        return self.at.astimezone(UTC).isoformat(timespec="seconds")


def ordered_trials() -> Iterator[Ordered]:
    """Give every running trial that was ordered."""
    for case in streams_marked(SUBMISSION.name, Work.TRIAL_RUNNING.value, sort=WORK):
        ordered = ordered_trial(CaseId(case))
        if ordered is not None:
            yield ordered


def ordered_trial(case: CaseId) -> Ordered | None:
    """Give the trial of a case that runs and was ordered; None for any other."""
    ledger, stream = the_ledger(), StreamId(f"submission/{case}")
    state, _ = ledger.state(SUBMISSION, stream)
    running = running_trial(state) if state else None
    if running is None:
        return None
    for one in reversed(ledger.history(stream)):
        if one.entry.kind != "submission.trial-started":
            continue
        started = read_event(SUBMISSION, one.entry, place=f"{stream} entry {one.entry.number}")
        person = one.entry.actor.person
        if isinstance(started, TrialStarted) and started.trial == running.trial:
            if started.purpose is None or person is None:
                return None
            return Ordered(
                case=case,
                started=started,
                by=person,
                purpose=started.purpose,
                at=one.entry.at,
            )
    return None


def access_ended(case: CaseId) -> bool:
    """Say whether the model may no longer be used: then a trial stops, however far it is."""
    state, _ = the_ledger().state(SUBMISSION, StreamId(f"submission/{case}"))
    return state is None or not has_access(state, moment_of(the_ledger(), the_clock()))


def check_runner(ordered: Ordered) -> Submission:
    """Ask the desk whether whoever ordered a trial may run it now; give its case.

    Raises: RefusedError.
    """
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="worker")
    who = Whoever(person=ordered.by)
    found = desk.may(who, Action.RUN_TRIAL, ordered.case, ordered.purpose)
    if isinstance(found, Denied):
        raise RefusedError(
            f"Whoever ordered this trial may not run it now: {found.reason}",
            "Mend that, or enter that the trial is lost.",
        )
    return case_of(ordered)


def case_of(ordered: Ordered) -> Submission:
    """Give the case of an ordered trial."""
    state, _ = the_ledger().state(SUBMISSION, StreamId(f"submission/{ordered.case}"))
    if state is None or state.window is None:
        raise TypeError("a trial that was ordered has a window")
    return state


def read_details(ordered: Ordered, state: Submission, setting: Setting) -> AccessDetails:
    """Enter the reading, then open the access details. Raises: BadInputError for their form."""
    if state.window is None:
        raise TypeError("a trial that was ordered has a window")
    content = the_blobs().read(state.window.credentials, ordered.purpose, setting)
    return read_access_details(content, ordered.started.variant)


def read_plan(ordered: Ordered, setting: Setting) -> bytes:
    """Read the signed plan that the trial was ordered for. Raises: RefusedError without it."""
    for item in reversed(items_of(the_ledger(), ordered.case)):
        if item.content is not Content.PLAN:
            continue
        content = the_blobs().read(item.digest, ordered.purpose, setting)
        plan, _ = open_plan(content, {}, place="the case's plan")
        if plan_digest(plan) == ordered.started.plan:
            return content
    raise RefusedError(
        "The case holds no file of the signed plan.",
        "Enter the signed plan with its file, then start the trial again.",
    )


def setting_of(ordered: Ordered, state: Submission, details: AccessDetails) -> TrialSetting:
    """Give what a trial is started with. Who runs it sets jobs, seeds and signing key."""
    return TrialSetting(
        trial=ordered.name,
        started=ordered.began,
        model=details.model,
        operator=ordered.by,
        jobs=1,
        signing_key="",
        safeguards=safeguards_of(state, ordered.started.variant),
        checkpoint=state.model.digest,
        price_input=details.price_input,
        price_output=details.price_output,
        call_seconds=CALL_SECONDS,
        call_retries=CALL_RETRIES,
    )


def safeguards_of(state: Submission, variant: str) -> Safeguards:
    """Give what the developer says of a variant's safeguards."""
    found = [one.safeguards for one in state.model.variants if one.name == variant]
    return found[0] if found else Safeguards.UNKNOWN


def as_text(content: bytes) -> str:
    """Spell bytes for JSON."""
    return base64.b64encode(content).decode("ascii")
