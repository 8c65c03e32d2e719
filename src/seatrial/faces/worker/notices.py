"""Who is told, and where to: people who may read the case now, and who else an entry concerns."""

from functools import cache, partial

from django.conf import settings

from seatrial.adapters.mail.telling import is_behind, is_unmailed, mail_next, tell_next
from seatrial.core.access.action import Action
from seatrial.core.access.standing import Granted
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import CaseId, PersonId
from seatrial.core.problem import UnavailableError
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.desk.telling import addressed
from seatrial.faces.web.accounts.models import Account
from seatrial.review.team.aggregate import TEAM
from seatrial.wiring.portal import the_clock, the_ledger

LOCAL = "http://127.0.0.1:8000"
"""Where a portal without a public address is, as `seatrial serve` has it by default."""


def people_of(case: CaseId) -> tuple[PersonId, ...]:
    """Give the people of a case's team who may read it now."""
    desk = Desk(ledger=the_ledger(), clock=the_clock(), by="worker")
    team, _ = the_ledger().state(TEAM, StreamId(f"team/{case}"))
    return tuple(
        one.person
        for one in (team.members if team else ())
        if isinstance(desk.may(Whoever(person=one.person), Action.READ_CASE, case), Granted)
    )


def tell_people() -> None:
    """Make inbox rows of everything new."""
    ledger = the_ledger()
    # Of many entries of one case, access is asked once for those that are told together.
    while tell_next(ledger, partial(addressed, ledger, cache(people_of))):
        pass


def send_mails() -> None:
    """Mail what is not mailed yet. Raises: UnavailableError when the mail server takes nothing."""
    origin = str(settings.ORIGIN) or LOCAL
    try:
        while mail_next(_address_of, origin, the_clock().now()):
            pass
    except OSError as error:
        raise UnavailableError(
            f"No mail can be sent: {type(error).__name__}: {error}.",
            "The inboxes have everything. Look at the mail server and at SEATRIAL_EMAIL_BACKEND.",
        ) from error


def anybody_to_tell() -> bool:
    """Say whether something happened that nobody was told of."""
    return is_behind(the_ledger())


def anybody_to_mail() -> bool:
    """Say whether somebody was told who has no mail of it yet."""
    return is_unmailed()


def _address_of(person: PersonId) -> str | None:
    account = Account.objects.filter(person=person, is_active=True).first()
    return account.email if account else None
