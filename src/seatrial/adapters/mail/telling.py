"""From ledger entries to inbox rows and mails, each once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from seatrial.adapters.mail.models import Notice, Told
from seatrial.adapters.store.ledger import reached
from seatrial.core.ledger.port import Ledger, Recorded
from seatrial.core.people import PersonId

AT_ONCE = 500
"""Entries of one transaction."""

SUBJECT = "Something happened in a case of yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Who is told of an entry. about: case or incident that a mail names. kind: of the row."""

    person: PersonId
    about: str
    kind: str


def is_behind(ledger: Ledger) -> bool:
    """Say whether there are entries that nobody was told of."""
    with reached():
        told = Told.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    return ledger.head().size > told


def is_unmailed() -> bool:
    """Say whether there are notices that nobody was mailed of."""
    with reached():
        return Notice.objects.filter(mailed_at=None).exists()


def tell_next(ledger: Ledger, addressed: Callable[[Recorded], Iterable[Addressed]]) -> bool:
    """Make inbox rows of the next entries, and move the cursor, together; False at the end.

    addressed: who is told of an entry now. Who did something is not told of it.
    """
    with reached(), transaction.atomic(durable=True):
        Told.objects.get_or_create(pk=1, defaults={"size": 0})
        told = Told.objects.select_for_update().get(pk=1)
        entries = list(islice(ledger.since(told.size), AT_ONCE))
        if not entries:
            return False
        notices = [
            Notice(
                person=told_of.person,
                entry=one.index,
                case=told_of.about,
                kind=told_of.kind,
                at=one.entry.at,
            )
            for one in entries
            for told_of in addressed(one)
            if told_of.person != one.entry.actor.person
        ]
        # A ledger that was restored has entries anew under old indexes: the row stands.
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        told.size = entries[-1].index + 1
        told.save(update_fields=["size"])
    return True


def mail_next(address_of: Callable[[PersonId], str | None], origin: str, now: datetime) -> bool:
    """Mail one person what is new in their cases, in one mail; False when nothing is left.

    Marked before it is sent: a kill between costs a mail, and the inbox has it; nothing is sent
    twice. A mail server that is not there is found before that.
    address_of: None for who gets no mail. Raises: OSError without a mail server.
    """
    if not is_unmailed():
        return False
    connection = get_connection()
    connection.open()
    try:
        with reached(), transaction.atomic(durable=True):
            first = Notice.objects.select_for_update().filter(mailed_at=None).order_by("id").first()
            if first is None:
                return False
            waiting = Notice.objects.filter(person=first.person, mailed_at=None)
            cases = sorted(set(waiting.values_list("case", flat=True)))
            waiting.update(mailed_at=now)
        address = address_of(PersonId(first.person))
        if address is not None:
            body = _body(cases, origin)
            EmailMessage(subject=SUBJECT, body=body, to=[address], connection=connection).send()
    finally:
        connection.close()
    return True


def _body(cases: Iterable[str], origin: str) -> str:
    lines = [f"Something happened in case {case}." for case in cases]
    return "\n".join([*lines, "", f"Sign in to see what: {origin}/inbox/", ""])
