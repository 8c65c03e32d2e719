"""Who is told, and where to: the people who may read the case now."""

from collections.abc import Iterator

from django.conf import settings

from seatrial.adapters.mail.telling import is_behind, mail_next, tell_next
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, PersonId
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.accounts.models import Account
from seatrial.review.team.aggregate import TEAM
from seatrial.wiring.portal import the_clock, the_ledger

LOCAL = "http://127.0.0.1:8000"
"""Where a portal without a public address is, as `seatrial serve` has it by default."""


def people_of(case: CaseId) -> Iterator[PersonId]:
    """Give the people of a case's team who may read it now."""
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="worker")
    team, _ = the_ledger().state(TEAM, StreamId(f"team/{case}"))
    for member in team.members if team else ():
        if isinstance(desk.may(Whoever(person=member.person), Action.READ_CASE, case), Granted):
            yield member.person


def tell_people() -> None:
    """Make inbox rows of everything new."""
    while tell_next(the_ledger(), people_of):
        pass


def send_mails() -> None:
    """Mail what is not mailed yet."""
    origin = str(settings.ORIGIN) or LOCAL
    while mail_next(_address_of, origin, the_clock().now()):
        pass


def anybody_to_tell() -> bool:
    """Say whether something happened that nobody was told of."""
    return is_behind(the_ledger())


def _address_of(person: PersonId) -> str | None:
    account = Account.objects.filter(person=person, is_active=True).first()
    return account.email if account else None
