"""From ledger entries to inbox rows and mails, each once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from seatrial.adapters.mail.models import Notice, Told
from seatrial.adapters.store.ledger import reached
from seatrial.core.ledger.entry import Entry
from seatrial.core.ledger.port import Ledger
from seatrial.core.people import CaseId, PersonId

TOLD_KINDS = frozenset({"submission", "team", "incident", "certificate"})
"""Aggregates whose entries concern a case's people. Reads and seals of content do not."""

AT_ONCE = 500
"""Entries of one transaction."""

SUBJECT = "Something happened in a case of yours"


def is_behind(ledger: Ledger) -> bool:
    """Say whether there are entries that nobody was told of."""
    with reached():
        told = Told.objects.filter(pk=1).values_list("size", flat=True).first() or 0
    return ledger.head().size > told


def tell_next(ledger: Ledger, people_of: Callable[[CaseId], Iterable[PersonId]]) -> bool:
    """Make inbox rows of the next entries, and move the cursor, together; False at the end.

    people_of: who may read a case now. Who did something is not told of it.
    """
    with reached(), transaction.atomic(durable=True):
        Told.objects.get_or_create(pk=1, defaults={"size": 0})
        told = Told.objects.select_for_update().get(pk=1)
        entries = list(islice(ledger.since(told.size), AT_ONCE))
        if not entries:
            return False
        people: dict[CaseId, tuple[PersonId, ...]] = {}
        notices: list[Notice] = []
        for one in entries:
            case = one.entry.case
            if case is None or not _concerns(one.entry):
                continue
            if case not in people:
                people[case] = tuple(people_of(case))
            notices += [
                Notice(
                    person=person,
                    entry=one.index,
                    case=case,
                    kind=one.entry.kind,
                    at=one.entry.at,
                )
                for person in people[case]
                if person != one.entry.actor.person
            ]
        # A ledger that was restored has entries anew under old indexes: the row stands.
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
        told.size = entries[-1].index + 1
        told.save(update_fields=["size"])
    return True


def _concerns(entry: Entry) -> bool:
    return entry.kind.partition(".")[0] in TOLD_KINDS


def mail_next(address_of: Callable[[PersonId], str | None], origin: str, now: datetime) -> bool:
    """Mail one person what is new in their cases, in one mail; False when nothing is left.

    Marked before it is sent: a kill between costs a mail, and the inbox has it; nothing is sent
    twice. A mail server that is not there is found before that.
    address_of: None for who gets no mail. Raises: OSError without a mail server.
    """
    if not Notice.objects.filter(mailed_at=None).exists():
        return False
    connection = get_connection()
    connection.open()
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
    connection.close()
    return True


def _body(cases: Iterable[str], origin: str) -> str:
    lines = [f"Something happened in case {case}." for case in cases]
    return "\n".join([*lines, "", f"Sign in to see what: {origin}/inbox/", ""])
