"""What is due now: derived from the rows each time, never scheduled."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.store.checkpoint_duty import CheckpointDuty, SigningTimes
from seatrial.adapters.store.models import StreamRow
from seatrial.core.canonical import Digest, canonical_json
from seatrial.core.ledger.aggregate import event_facts
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError
from seatrial.core.sealed.blob import SEALED, blob_stream
from seatrial.core.timer import Timer, due_timers
from seatrial.faces.web.accounts.models import ApiToken
from seatrial.faces.web.accounts.refusals import removal_due
from seatrial.review.audit import AUDIT
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.state import Incident, holds_evidence
from seatrial.review.incident.timers import incident_timers
from seatrial.review.lists import PROJECTIONS
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.events import Purged
from seatrial.review.submission.state import Submission
from seatrial.review.submission.timers import submission_timers
from seatrial.wiring.ledger import open_ledger
from seatrial.wiring.worker import TRIALS

AFTER_ACCESS = "after-access"
"""What follows outside the ledger when access has ended."""

AFTER_PURGE = "after-purge"
"""What a kill left in the clear of a case whose content is destroyed."""

SIGN_HEAD = "sign-head"
"""A checkpoint of the ledger: no entry, and none is due while the ledger does not grow."""

REMOVE_REFUSALS = "remove-refusals"
"""Rows about what was refused are past their time."""

HEAD, REFUSALS = StreamId("ledger/head"), StreamId("audit/refusals")

_LOG = logging.getLogger("seatrial.worker")

PAGE = 500
"""Rows that are read at a time."""

_PROJECTIONS = {one.aggregate.name: one for one in PROJECTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An act that is due. kind: of the command, or AFTER_ACCESS. number: entries that were seen.

    facts: of the command, as JSON.
    """

    stream: StreamId
    number: int
    kind: str
    facts: str = "{}"

    @property
    def identity(self) -> str:
        """Give the case's or incident's own name."""
        return self.stream.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A row as it was read. timers: first due first. ended_at: access, or None."""

    number: int
    timers: tuple[Timer[Any], ...]
    ended_at: datetime | None = None
    credentials: tuple[Digest, ...] = ()
    purged: bool = False


class DueReader:
    """Reads what is due. What it keeps is read again when its row has more entries."""

    def __init__(self, ledger: Ledger, blobs: BlobFolder) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._duty = _checkpoint_duty()
        self._known: dict[StreamId, _Known] = {}
        self._at: dict[StreamId, tuple[int, datetime]] = {}

    def due(self, now: datetime) -> list[Due]:
        """Give what is due at a moment, the same as often as nobody does it."""
        self._refresh()
        found: list[Due] = []
        tokens, running = _cases_with_tokens(now), _cases_with_trial_folders()
        for stream, known in self._known.items():
            case = stream.partition("/")[2]
            if known.ended_at is not None and (
                any(self._blobs.has(one) for one in known.credentials)
                or tokens.get(case, now) < known.ended_at
            ):
                found.append(Due(stream=stream, number=known.number, kind=AFTER_ACCESS))
            if known.purged and case in running:
                found.append(Due(stream=stream, number=known.number, kind=AFTER_PURGE))
            for timer in due_timers(known.timers, now):
                if isinstance(timer.wanted, Purged) and any(held_by(self._ledger, CaseId(case))):
                    continue
                aggregate: Any = INCIDENT if stream.startswith("incident/") else SUBMISSION
                kind, facts = event_facts(aggregate, timer.wanted)
                found.append(
                    Due(
                        stream=stream,
                        number=known.number,
                        kind=kind,
                        facts=canonical_json(facts).decode(),
                    )
                )
        if removal_due(now):
            number = self._ledger.state(AUDIT, REFUSALS)[1]
            found.append(Due(stream=REFUSALS, number=number, kind=REMOVE_REFUSALS))
        # Last, so that the head has what the others enter.
        size = self._duty.due(now)
        if size is not None:
            found.append(Due(stream=HEAD, number=size, kind=SIGN_HEAD))
        return found

    def _refresh(self) -> None:
        rows = StreamRow.objects.filter(aggregate__in=(SUBMISSION.name, INCIDENT.name))
        seen = {
            StreamId(stream): (n, at)
            for stream, n, at in rows.values_list("stream", "number", "at")
        }
        # A restored ledger may have lost rows.
        for stream in self._known.keys() - seen.keys():
            del self._known[stream]
        changed = [
            one for one, now in seen.items() if one not in self._known or self._at[one] != now
        ]
        for first in range(0, len(changed), PAGE):
            page = StreamRow.objects.filter(stream__in=changed[first : first + PAGE])
            for row in page.iterator():
                stream = StreamId(row.stream)
                self._at[stream] = (row.number, row.at)
                try:
                    self._known[stream] = _read(row)
                except BadInputError as problem:
                    # The others do not wait for it; said once.
                    _LOG.error("%s %s", problem.what, problem.remedy)
                    self._known[stream] = _Known(number=row.number, timers=())


def _checkpoint_duty() -> CheckpointDuty:
    held = open_ledger(settings.DATA)
    times = SigningTimes(
        entries=settings.CHECKPOINT_ENTRIES, age=timedelta(seconds=settings.CHECKPOINT_SECONDS)
    )
    return CheckpointDuty(held.ledger, held.checkpoints, held.keys, times)


def _read(row: StreamRow) -> _Known:
    projection = _PROJECTIONS[row.aggregate]
    state: object = projection.read_state(row.state, place=f"the row of {row.stream}")
    if isinstance(state, Incident):
        return _Known(number=row.number, timers=incident_timers(state))
    if not isinstance(state, Submission):
        raise TypeError(f"{row.stream} is neither a submission nor an incident")
    return _Known(
        number=row.number,
        timers=submission_timers(state),
        ended_at=state.window.ended_at if state.window else None,
        credentials=credentials_of(state),
        purged=state.purged_at is not None,
    )


def held_by(ledger: Ledger, case: CaseId) -> Iterator[str]:
    """Name the incidents that hold a case's sealed content: its own, or of no case."""
    rows = StreamRow.objects.filter(Q(case=case) | Q(case=None), aggregate=INCIDENT.name)
    for stream in rows.values_list("stream", flat=True):
        incident, _ = ledger.state(INCIDENT, StreamId(stream))
        if incident is None or not holds_evidence(incident):
            continue
        blobs = (ledger.state(SEALED, blob_stream(one))[0] for one in incident.evidence)
        if incident.opened.case == case or any(one and one.case == case for one in blobs):
            yield stream.partition("/")[2]


def credentials_of(state: Submission) -> tuple[Digest, ...]:
    """Give the digests of what let the evaluator reach the model."""
    given = (state.window.credentials if state.window else None, state.model.credentials)
    return tuple(dict.fromkeys(one for one in (*given, state.model.endpoint) if one))


def _cases_with_trial_folders() -> frozenset[str]:
    """Name the cases of which running or broken-off trials lie here, in the clear."""
    folder = Path(settings.DATA) / TRIALS
    return frozenset(one.name for one in folder.iterdir()) if folder.is_dir() else frozenset()


def _cases_with_tokens(now: datetime) -> dict[str, datetime]:
    """Give the cases with tokens that are good, and when the first of these was made."""
    good = ApiToken.objects.filter(case__isnull=False, revoked_at=None, expires_at__gt=now)
    found: dict[str, datetime] = {}
    for case, made in good.order_by("-made_at").values_list("case", "made_at"):
        found[str(case)] = made
    return found
