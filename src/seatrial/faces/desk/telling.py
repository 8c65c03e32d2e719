"""Putting a notice into the inboxes of people outside a case; the worker mails it."""

from collections.abc import Iterable

from seatrial.adapters.mail.models import Notice
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger, Recorded
from seatrial.core.people import PartyId, PersonId
from seatrial.review.party.aggregate import PARTY


def tell(people: Iterable[PersonId], about: str, entry: Recorded, kind: str | None = None) -> None:
    """Tell people of an entry that their cases do not tell them of.

    about: the incident or case, which is all that the mail names. kind: else the entry's own.
    What they may read stands on pages that derive it from the ledger: a notice that a kill
    cost is missed in the inbox only.
    """
    Notice.objects.bulk_create(
        [
            Notice(
                person=one,
                entry=entry.index,
                case=about,
                kind=kind or entry.entry.kind,
                at=entry.entry.at,
            )
            for one in people
        ],
        ignore_conflicts=True,
    )


def people_of_party(ledger: Ledger, party: PartyId) -> tuple[PersonId, ...]:
    """Give the people who are in a party now."""
    state, _ = ledger.state(PARTY, StreamId(f"party/{party}"))
    return tuple(one.person for one in state.people if not one.left) if state else ()
