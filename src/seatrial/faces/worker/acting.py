"""Doing what is due: each act once, by the ledger's rules and its key."""

from typing import Any

from django.conf import settings

from seatrial.adapters.queue.board import Boards
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.aggregate import ConflictError, NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId
from seatrial.core.record import from_json
from seatrial.core.sealed.blob import SEALED, blob_stream
from seatrial.core.sealed.case_key import CASE_KEY, KeyDestroyed, key_stream
from seatrial.faces.desk.content import Content
from seatrial.faces.desk.naming import is_sealed_as
from seatrial.faces.web.accounts.models import ApiToken
from seatrial.faces.web.accounts.refusals import kept_from, refusals_before
from seatrial.faces.worker.due import (
    AFTER_ACCESS,
    AFTER_PURGE,
    REMOVE_REFUSALS,
    SIGN_HEAD,
    Due,
    credentials_of,
    held_by,
)
from seatrial.review.audit import AUDIT, RefusalsRemoved
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import Purged
from seatrial.wiring.ledger import open_ledger
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger
from seatrial.wiring.worker import remove_trial_folders, the_blob_folder, the_boards

TIMER = Actor(person=None, party=None, by="timer")
"""The software, when time has come."""

RETENTION = "The terms' retention is over."


def act(due: Due, key: str) -> bool:
    """Do something that is due; False when it no longer is, or another was first.

    key: idempotency key of what it appends.
    """
    setting = Setting(at=the_clock().now(), actor=TIMER)
    try:
        if due.kind == AFTER_ACCESS:
            _after_access(due, setting)
        elif due.kind == AFTER_PURGE:
            _finish_purge(CaseId(due.identity), the_boards())
        elif due.kind == SIGN_HEAD:
            _sign_head()
        elif due.kind == REMOVE_REFUSALS:
            _remove_refusals(due, setting, key)
        elif due.kind == "submission.purged":
            _purge(due, setting, key, the_boards())
        else:
            _enter(due, setting, key)
    except (ConflictError, NotPossibleError):
        return False
    return True


def _enter(due: Due, setting: Setting, key: str) -> None:
    ledger = the_ledger()
    aggregate: Any = INCIDENT if due.stream.startswith("incident/") else SUBMISSION
    place = f"what is due in {due.stream}"
    facts = parse_json(due.facts.encode(), place=place)
    wanted = from_json(aggregate.kinds[due.kind.partition(".")[2]], facts, place=place)
    case: CaseId | None = CaseId(due.identity)
    if aggregate is INCIDENT:
        incident, _ = ledger.state(INCIDENT, due.stream)
        case = incident.opened.case if incident else None
    ledger.handle(aggregate, due.stream, wanted, setting, expected=due.number, key=key, case=case)


def _purge(due: Due, setting: Setting, key: str, boards: Boards) -> None:
    """Enter that the content is destroyed and that its key is, together; then do it."""
    case = CaseId(due.identity)
    with the_ledger().unit(key=key) as unit:
        # Asked for here, where nobody else writes: evidence that is frozen now is held.
        wanted = Purged(holds=tuple(held_by(the_ledger(), case)))
        unit.handle(SUBMISSION, due.stream, wanted, setting, expected=due.number, case=case)
        held, _ = unit.state(CASE_KEY, key_stream(case))
        # A repeat finds both done: they were written together.
        if held is not None and not held.destroyed:
            destroyed = KeyDestroyed(reason=RETENTION)
            unit.handle(CASE_KEY, key_stream(case), destroyed, setting, case=case)
    _finish_purge(case, boards)


def _finish_purge(case: CaseId, boards: Boards) -> None:
    """Destroy what is entered as destroyed; as often as you like."""
    the_blobs().finish_purges()
    boards.forget(case)
    remove_trial_folders(case)


def _sign_head() -> None:
    """Sign the head as it is now, with the key of this data folder; twice gives the same."""
    held = open_ledger(settings.DATA)
    held.checkpoints.sign(*held.keys.signer())


def _remove_refusals(due: Due, setting: Setting, key: str) -> None:
    """Remove rows past their time; the entry and their going are one transaction."""
    before = kept_from(setting.at)
    with the_ledger().unit(key=key) as unit:
        if unit.state(AUDIT, due.stream)[1] != due.number:
            raise ConflictError("These rows were removed meanwhile.", "Nothing is left to do.")
        rows, _ = refusals_before(before).delete()
        command = RefusalsRemoved(before=before, rows=rows)
        unit.handle(AUDIT, due.stream, command, setting, expected=due.number)


def _after_access(due: Due, setting: Setting) -> None:
    """Void what could still reach the model or the case: tokens, and the stored credentials.

    Tokens that were made after access had ended are for reading, and stay.
    """
    state, _ = the_ledger().state(SUBMISSION, StreamId(due.stream))
    if state is None or state.window is None or state.window.ended_at is None:
        return
    ended = state.window.ended_at
    before = ApiToken.objects.filter(case=due.identity, revoked_at=None, made_at__lt=ended)
    before.update(revoked_at=setting.at)
    for digest in credentials_of(state):
        blob, _ = the_ledger().state(SEALED, blob_stream(digest))
        # Whatever a case names, nothing but its own access details is destroyed.
        if is_sealed_as(blob, CaseId(due.identity), Content.CREDENTIALS):
            the_blob_folder().remove(digest)
