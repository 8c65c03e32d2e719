"""A rescan as durable work: one step for each case, then its end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from seatrial.adapters.bundle_archive import unpack
from seatrial.adapters.rescan.released import NAME, released_rules
from seatrial.adapters.store.models import StreamRow
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.json_text import parse_json
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId
from seatrial.core.problem import BadInputError, ProblemError, UnavailableError
from seatrial.core.record import from_json
from seatrial.core.sealed.blob import SEALED
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.orders import WORKER
from seatrial.faces.desk.rescans import ARCHIVES, BOARD, ordered_by, rescan_stream
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.worker.rescan_child import RELEASED
from seatrial.faces.worker.trial_child import KEPT_ENVIRONMENT
from seatrial.review.rescan.aggregate import (
    RESCAN,
    CaseMissed,
    CaseScanned,
    Event,
    Finished,
    Ordered,
    Rescan,
    cases_left,
)
from seatrial.review.rescan.detector import read_detector
from seatrial.review.rescan.record import (
    RECORD_SCHEMA,
    RescanRecord,
    TrialSearched,
    Unread,
    trial_searched,
    write_record,
)
from seatrial.review.shown import shown
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Stage
from seatrial.wiring.portal import the_blobs, the_clock, the_documents, the_ledger
from seatrial.wiring.worker import remove_rescan, rescan_folder, the_boards

CHILD = "seatrial.faces.worker.rescan_child"
"""Module of the process that searches."""

SECONDS = 3600
"""Of one trial's search, by the clock. Logs and rules have shorter limits of processor time."""


def left_of(rescan: str) -> list[str]:
    """Name the cases that have no result yet."""
    state = _state(rescan)
    return list(cases_left(state))


def search_case(rescan: str, case: CaseId, key: str) -> None:
    """Search one case and enter its result, unless it has one.

    key: idempotency key of what is appended. Raises: ProblemError when it cannot be done now.
    """
    state = _state(rescan)
    if case not in cases_left(state):
        return
    try:
        check_machine()
        wanted = _result(rescan, state.ordered, case, key)
    except ProblemError as problem:
        the_boards().say(CaseId(rescan), BOARD, f"waits: {problem.what} {problem.remedy}")
        raise
    _enter(rescan, wanted, key)
    # It waits no more.
    the_boards().forget(CaseId(rescan))


def check_machine() -> None:
    """Demand what logs are read with. Raises: UnavailableError."""
    if find_spec("inspect_ai") is None:
        raise UnavailableError(
            "This worker cannot read transcripts: inspect_ai is not installed.",
            "Install seatrial[runner] beside seatrial[portal].",
        )


def finish(rescan: str, key: str) -> None:
    """Enter that every case has a result."""
    the_boards().forget(CaseId(rescan))
    _enter(rescan, Finished(), key)


def _state(rescan: str) -> Rescan:
    state, _ = the_ledger().state(RESCAN, rescan_stream(rescan))
    if state is None:
        raise TypeError("a rescan that goes on was ordered")
    return state


def _enter(rescan: str, wanted: Event, key: str) -> None:
    setting = Setting(at=the_clock().now(), actor=WORKER)
    the_ledger().handle(RESCAN, rescan_stream(rescan), wanted, setting, key=key)


def _result(rescan: str, ordered: Ordered, case: CaseId, key: str) -> CaseScanned | CaseMissed:
    reason = _why_not(rescan, ordered, case)
    if reason:
        return CaseMissed(case=case, reason=reason)
    try:
        trials = tuple(_search(ordered, case))
    except NotPossibleError:
        return CaseMissed(case=case, reason=DESTROYED)
    if not trials:
        return CaseMissed(case=case, reason="It holds no sealed trial.")
    record = RescanRecord(
        schema=RECORD_SCHEMA,
        rescan=rescan,
        case=case,
        detector=ordered.detector,
        version=ordered.version,
        rules=ordered.rules,
        means=_means(ordered),
        trials=trials,
    )
    content, setting = write_record(record), Setting(at=the_clock().now(), actor=WORKER)
    # Another outcome of the same step, as a slower machine may give, has a key of its own.
    sealing = f"{key}/{digest_bytes(content)[7:23]}"
    try:
        media = media_of(Content.RESCAN)
        digest = the_blobs().seal(case, BytesIO(content), media, setting, key=sealing)
    except NotPossibleError:
        return CaseMissed(case=case, reason=DESTROYED)
    return CaseScanned(
        case=case,
        scanned=record.scanned,
        found=record.found,
        record=digest,
        unread=record.unread,
    )


DESTROYED = "Its sealed content is destroyed."


def _means(ordered: Ordered) -> dict[str, str]:
    """Say what the rules mean, for whoever judges."""
    if ordered.detector == NAME:
        return {}
    content = the_documents().read(ordered.rules)
    return {one.name: one.means for one in read_detector(content, place="the detector").rules}


def _why_not(rescan: str, ordered: Ordered, case: CaseId) -> str:
    """Say why a case may not be searched, or cannot be for good; nothing when it can."""
    state, _ = the_ledger().state(SUBMISSION, StreamId(f"submission/{case}"))
    released = ordered.detector == NAME
    if not _may_go_on(rescan):
        return "Whoever ordered the rescan may not any more."
    if released and ordered.rules != released_rules():
        return "The software was changed since the order: its detectors are others now."
    if state is None or state.purged_at is not None:
        return DESTROYED
    if state.stage is Stage.WITHDRAWN:
        return "It was withdrawn."
    if state.terms is None or ordered.purpose not in state.terms.purposes:
        return f"Its terms do not have the purpose {ordered.purpose}."
    return ""


def _may_go_on(rescan: str) -> bool:
    who = ordered_by(the_ledger(), rescan)
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="worker")
    return who is not None and isinstance(
        desk.may(Whoever(person=who), Action.ORDER_RESCAN), Granted
    )


def _search(ordered: Ordered, case: CaseId) -> Iterator[TrialSearched]:
    rows = StreamRow.objects.filter(aggregate=SEALED.name, case=case).order_by("stream")
    for stream, text in rows.values_list("stream", "state"):
        if not any(name in text for name in ARCHIVES):
            continue
        blob, _ = the_ledger().state(SEALED, StreamId(stream))
        if blob is None:
            continue
        parts = (part.strip().partition("=") for part in blob.media.split(";"))
        trial = next((value for name, _, value in parts if name == "trial"), "")
        yield _search_archive(ordered, case, trial, blob.digest)


def _search_archive(ordered: Ordered, case: CaseId, trial: str, digest: Digest) -> TrialSearched:
    """Open one archive, which is an entry, and have it searched. Raises: ProblemError."""
    folder, setting = rescan_folder(case, trial), Setting(at=the_clock().now(), actor=WORKER)
    remove_rescan(case, trial)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with TemporaryFile(dir=folder.parent) as archive:
            the_blobs().read_into(digest, ordered.purpose, setting, archive)
            archive.seek(0)
            try:
                unpack(archive, trial, folder / trial, older=True)
            except BadInputError as problem:
                return _unread(trial, digest, problem.what)
        return _in_child(ordered, folder / trial, trial, digest)
    finally:
        remove_rescan(case, trial)


def _in_child(ordered: Ordered, folder: Path, trial: str, digest: Digest) -> TrialSearched:
    detector = RELEASED
    if ordered.detector != NAME:
        # Read here, where its digest is looked at; a restored folder must hold the very file.
        the_documents().read(ordered.rules)
        detector = str(settings.DATA / "documents" / ordered.rules.removeprefix("sha256:"))
    try:
        ran = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-m", CHILD, str(folder), trial, digest, detector],
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _unread(trial, digest, f"It was not searched within {SECONDS} s.")
    if ran.returncode:
        return _unread(
            trial, digest, "It could not be searched in the memory and time that a search has."
        )
    return from_json(TrialSearched, parse_json(ran.stdout, place=CHILD), place=CHILD)


def _unread(trial: str, digest: Digest, why: str) -> TrialSearched:
    return trial_searched(trial, digest, (), (Unread(where="archive", why=shown(why, 300)),))
