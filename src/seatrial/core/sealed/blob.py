"""A sealed blob: who may read it is decided elsewhere; here every read and export is an entry.

An export takes two people: one asks, another agrees, and the first takes it within a day.
Source: R25 (two-person export), R31 (confidential reads).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never, get_args

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.projection import Columns, Projection
from seatrial.core.people import CaseId, PersonId
from seatrial.core.stages import kind_names, refuse_unless

EXPORT_WITHIN = timedelta(hours=24)
"""How long an agreement holds: the second person agreed to what was asked for now. Our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Content was encrypted to its case's key. digest, size: of what is stored, not of the content.

    media: its type, such as `application/json`.
    """

    digest: Digest
    size: int
    case: CaseId
    media: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Content is about to be shown to the actor. purpose: in the access table's words."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsked:
    """A person asks to take the content out of the portal. purpose: told to the second person."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAgreed:
    """A second person agrees. asked: number of the export, from 0."""

    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The content is about to leave, to the person who asked. asked: number of the export."""

    asked: int


Event: TypeAlias = Sealed | Read | ExportAsked | ExportAgreed | Exported


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export. agreed_by, agreed_at, exported_at: None until then."""

    asked_by: PersonId
    purpose: str
    agreed_by: PersonId | None = None
    agreed_at: datetime | None = None
    exported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A sealed blob after its history. reads: how often it was shown, exports not counted."""

    digest: Digest
    size: int
    case: CaseId
    media: str
    reads: int = 0
    exports: tuple[Export, ...] = ()


def decide(state: Blob | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    if isinstance(wanted, Sealed):
        refuse_unless(state is None, "This content is sealed already.", "Use it as it is.")
        return (wanted,)
    if state is None:
        raise NotPossibleError("No such content is sealed.", "Check its digest.")
    match wanted:
        case Read() | ExportAsked():
            refuse_unless(wanted.purpose.strip(), "No purpose is given.", "Say what it is for.")
            if isinstance(wanted, ExportAsked):
                _person(setting)
        case ExportAgreed():
            export = _export(state, wanted.asked)
            refuse_unless(
                _person(setting) != export.asked_by,
                "An export needs a second person; you asked for it yourself.",
                "Ask somebody else of the case to agree.",
            )
            refuse_unless(export.agreed_by is None, "This export is agreed to already.", "Go on.")
        case Exported():
            _check_export(_export(state, wanted.asked), setting)
        case _:
            assert_never(wanted)
    return (wanted,)


def evolve(state: Blob | None, event: Event, setting: Setting) -> Blob:
    """Give the blob after an event that `decide` gave."""
    if isinstance(event, Sealed):
        return Blob(digest=event.digest, size=event.size, case=event.case, media=event.media)
    if state is None:
        raise TypeError("a blob begins by being sealed")
    match event:
        case Read():
            return replace(state, reads=state.reads + 1)
        case ExportAsked():
            export = Export(asked_by=_person(setting), purpose=event.purpose)
            return replace(state, exports=(*state.exports, export))
        case ExportAgreed():
            export = replace(
                state.exports[event.asked], agreed_by=_person(setting), agreed_at=setting.at
            )
            return _with(state, event.asked, export)
        case Exported():
            export = replace(state.exports[event.asked], exported_at=setting.at)
            return _with(state, event.asked, export)
        case _:
            assert_never(event)


def blob_stream(digest: Digest) -> StreamId:
    """Give the stream of a blob."""
    return StreamId(f"sealed/{digest.removeprefix('sha256:')}")


def _check_export(export: Export, setting: Setting) -> None:
    refuse_unless(
        _person(setting) == export.asked_by,
        "Only the person who asked for an export takes it.",
        "Ask for one of your own.",
    )
    refuse_unless(
        export.agreed_at is not None and export.exported_at is None,
        "This export is not agreed to, or was taken already.",
        "Ask a second person to agree, or ask for another export.",
    )
    refuse_unless(
        export.agreed_at is not None and setting.at <= export.agreed_at + EXPORT_WITHIN,
        "The agreement is older than a day.",
        "Ask for the export again.",
    )


def _export(state: Blob, asked: int) -> Export:
    if not 0 <= asked < len(state.exports):
        raise NotPossibleError("There is no such export.", "Ask for one first.")
    return state.exports[asked]


def _person(setting: Setting) -> PersonId:
    if setting.actor.person is None:
        raise NotPossibleError("Software asks for no export.", "A person must do it.")
    return setting.actor.person


def _with(state: Blob, asked: int, export: Export) -> Blob:
    exports = (*state.exports[:asked], export, *state.exports[asked + 1 :])
    return replace(state, exports=exports)


def _columns(state: Blob | None) -> Columns:
    return Columns() if state is None else Columns(stage="sealed", case=state.case)


SEALED: Aggregate[Blob | None, Event, Event] = Aggregate(
    name="sealed", initial=None, kinds=kind_names(*get_args(Event)), decide=decide, evolve=evolve
)
BLOBS = Projection(aggregate=SEALED, columns=_columns, kind=Blob | None)
