"""Who is told of an entry, derived from it: people of its case, and people outside who it concerns.

Nothing is written when an entry is made, so nothing of it can be lost: the worker's notices ask
here for every entry, once.
"""

from collections.abc import Callable, Iterable, Iterator

from seatrial.adapters.mail.telling import Addressed
from seatrial.core.ledger.aggregate import read_event
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger, Recorded
from seatrial.core.people import CaseId, PartyId, PersonId, Role
from seatrial.core.sealed.blob import SEALED, Sealed
from seatrial.faces.desk.content import Content, media_of
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import PartyNotified
from seatrial.review.party.aggregate import PARTY
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.state import Submission
from seatrial.review.team.aggregate import TEAM

TOLD_KINDS = frozenset({"submission", "team", "incident", "certificate"})
"""Aggregates whose entries concern a case's people. Reads and seals of content do not."""

NOTIFIED = f"{INCIDENT.name}.party-notified"

PARTNER_NOTICE = "submission.partner-notice"
"""Of the inbox's row. In the ledger it is sealed content."""

_SEALED = f"{SEALED.name}.sealed"


def addressed(
    ledger: Ledger, readers: Callable[[CaseId], Iterable[PersonId]], one: Recorded
) -> Iterator[Addressed]:
    """Give who is told of an entry, each person once: as an affected party or partner first.

    readers: who may read a case now.
    """
    outside = tuple(_outside(ledger, one))
    yield from outside
    case, told = one.entry.case, {each.person for each in outside}
    if case is not None and one.entry.kind.partition(".")[0] in TOLD_KINDS:
        for person in readers(case):
            if person not in told:
                yield Addressed(person=person, about=case, kind=one.entry.kind)


def partner_people(ledger: Ledger, case: CaseId) -> tuple[PersonId, ...]:
    """Give the people in a case who are there for a trusted partner that is agreed now."""
    team, _ = ledger.state(TEAM, StreamId(f"team/{case}"))
    state, _ = ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if team is None or state is None:
        return ()
    return tuple(
        one.person
        for one in team.members
        if one.role is Role.TRUSTED_PARTNER and is_agreed(state, one.party)
    )


def is_agreed(state: Submission, party: PartyId) -> bool:
    """Say whether a party is a trusted partner of a case now."""
    return any(one.party == party and one.agreed for one in state.partners)


def _outside(ledger: Ledger, one: Recorded) -> Iterator[Addressed]:
    entry = one.entry
    if entry.kind == NOTIFIED:
        event = read_event(INCIDENT, entry, place=entry.stream)
        if isinstance(event, PartyNotified):
            incident = entry.stream.partition("/")[2]
            for person in _people_of_party(ledger, event.party):
                yield Addressed(person=person, about=incident, kind=NOTIFIED)
    elif entry.kind == _SEALED:
        sealed = read_event(SEALED, entry, place=entry.stream)
        if isinstance(sealed, Sealed) and sealed.media == media_of(Content.PARTNER_NOTICE):
            for person in partner_people(ledger, sealed.case):
                yield Addressed(person=person, about=sealed.case, kind=PARTNER_NOTICE)


def _people_of_party(ledger: Ledger, party: PartyId) -> Iterator[PersonId]:
    state, _ = ledger.state(PARTY, StreamId(f"party/{party}"))
    return (one.person for one in state.people if not one.left) if state else iter(())
