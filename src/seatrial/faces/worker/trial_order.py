"""What a worker needs of a case to run its trial: asked of the desk, read with a purpose."""

import base64
import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from django.conf import settings

from seatrial.adapters.inspect_runner.endpoint import REFERENCE
from seatrial.adapters.queue.model_relay import Relay, Upstream, relay_to
from seatrial.adapters.trial.setting import TrialSetting
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Denied
from seatrial.core.ledger.aggregate import Setting, read_event
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId, PersonId
from seatrial.core.problem import RefusedError
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.content import Content, items_of
from seatrial.faces.worker.credentials import read_access_details
from seatrial.faces.worker.trial_process import TrialOrder
from seatrial.formats.signed_plan import open_plan
from seatrial.review.plan import plan_digest
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission, has_access
from seatrial.review.submission.work_events import TrialStarted
from seatrial.review.submission.working import running_trial
from seatrial.review.trial import Safeguards
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger
from seatrial.wiring.worker import trial_folder

WORKER = Actor(person=None, party=None, by="worker")
"""The software, running a trial that a person ordered."""

CALL_SECONDS = 300
CALL_RETRIES = 3
"""Of a model call, as `seatrial trial run` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A running trial that workers were asked to run. by: who ordered it, for what purpose."""

    case: CaseId
    started: TrialStarted
    by: PersonId
    purpose: str


def ordered_trial(case: CaseId) -> Ordered | None:
    """Give the trial of a case that runs and was ordered of workers; None for any other."""
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
            return Ordered(case=case, started=started, by=person, purpose=started.purpose)
    return None


def access_ended(case: CaseId) -> bool:
    """Say whether the model may no longer be used: then a trial stops, however far it is."""
    state, _ = the_ledger().state(SUBMISSION, StreamId(f"submission/{case}"))
    return state is None or not has_access(state, the_clock().now())


def prepare(ordered: Ordered, relays: ExitStack) -> tuple[TrialOrder, Relay | None]:
    """Ask the desk, enter the reading, open the access details and the relay.

    Each start is another reading, and entered as one. relays: closes the relay.
    Raises: RefusedError when whoever ordered the trial may not run it now; BadInputError for
    details that a worker cannot read.
    """
    case, now = ordered.case, the_clock().now()
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="worker")
    found = desk.may(Whoever(person=ordered.by), Action.RUN_TRIAL, case, ordered.purpose)
    if isinstance(found, Denied):
        raise RefusedError(
            f"Whoever ordered this trial may not run it now: {found.reason}",
            "Mend that, or enter that the trial is lost.",
        )
    state, _ = the_ledger().state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None or state.window is None:
        raise TypeError("a trial that may run has a window")
    setting = Setting(at=now, actor=WORKER)
    content = the_blobs().read(state.window.credentials, ordered.purpose, setting)
    details = read_access_details(content, ordered.started.variant)
    relay = None
    if not details.model.startswith(REFERENCE):
        upstream = Upstream(
            base_url=details.base_url, api_key=details.api_key, seconds=CALL_SECONDS
        )
        relay = relays.enter_context(relay_to(upstream))
    data = Path(settings.DATA)
    order = TrialOrder(
        folder=str(trial_folder(case, ordered.started.trial)),
        setting=TrialSetting(
            trial=f"trial-{secrets.token_hex(8)}",
            started=now.astimezone(UTC).isoformat(timespec="seconds"),
            model=details.model,
            operator=ordered.by,
            jobs=int(os.environ.get("SEATRIAL_TRIAL_JOBS") or os.cpu_count() or 1),
            signing_key=str(signing_key()),
            safeguards=_safeguards(state, ordered.started.variant),
            checkpoint=state.model.digest,
            price_input=details.price_input,
            price_output=details.price_output,
            call_seconds=CALL_SECONDS,
            call_retries=CALL_RETRIES,
            secret_seeds=tuple(str(one) for one in sorted((data / "seeds").glob("*"))),
        ),
        plan=base64.b64encode(_plan(ordered, setting)).decode(),
        relay=relay.base_url if relay else "",
        token=relay.token if relay else "",
        policies=(str(data / "policies"), str(data), str(Path.cwd())),
    )
    return order, relay


def signing_key() -> Path:
    """Give the key that signs this programme's trials; all its hosts have the same."""
    return Path(
        os.environ.get("SEATRIAL_KEY") or Path(settings.DATA) / "trial-keys" / "signing.pem"
    )


def _safeguards(state: Submission, variant: str) -> Safeguards:
    found = [one.safeguards for one in state.model.variants if one.name == variant]
    return found[0] if found else Safeguards.UNKNOWN


def _plan(ordered: Ordered, setting: Setting) -> bytes:
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
