"""The first party and its first administrator: there is nobody yet who could invite them."""

from datetime import datetime

import django
from django.conf import settings
from django.core.management import call_command

from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, Role

ROLES = (
    Role.EVALUATOR,
    Role.DETERMINING_OFFICIAL,
    Role.CONSULTEE,
    Role.ADMINISTRATOR,
)
"""Of the office that runs the programme. Auditors are people of another party."""


def has_begun() -> bool:
    """Tell whether there is a programme in the data folder of Django's settings, set up already."""
    from seatrial.faces.desk.standing import OPERATOR  # noqa: PLC0415 - needs Django
    from seatrial.review.party.aggregate import PARTY  # noqa: PLC0415 - the same
    from seatrial.wiring.portal import the_ledger  # noqa: PLC0415 - the same

    return the_ledger().state(PARTY, StreamId(f"party/{OPERATOR}"))[0] is not None


def begin_programme(name: str, policy: bytes, at: datetime | None = None) -> str | None:
    """Register the operator; give the path of its first invitation, None when it is there.

    policy: bytes of the programme's policy file, which is in force from now on.
    at: when it begins; None: now.
    Raises: BadInputError for a malformed policy; nothing is begun then.
    """
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from seatrial.faces.desk.inviting import draw_invitation  # noqa: PLC0415 - needs Django
    from seatrial.faces.desk.policy import STREAM, keep_policy  # noqa: PLC0415 - the same
    from seatrial.faces.desk.standing import OPERATOR  # noqa: PLC0415 - the same
    from seatrial.review.party.aggregate import PARTY  # noqa: PLC0415 - the same
    from seatrial.review.party.events import Registered  # noqa: PLC0415 - the same
    from seatrial.review.programme.in_force import POLICY  # noqa: PLC0415 - the same
    from seatrial.wiring.portal import the_clock, the_ledger  # noqa: PLC0415 - the same

    ledger, now = the_ledger(), at or the_clock().now()
    stream = StreamId(f"party/{OPERATOR}")
    if ledger.state(PARTY, stream)[0] is not None:
        return None
    put = keep_policy(settings.DATA, policy, "The programme begins.")
    setting = Setting(at=now, actor=Actor(person=None, party=None, by="set-up"))
    drawn = draw_invitation(OPERATOR, Role.ADMINISTRATOR, now)
    with ledger.unit() as unit:
        unit.handle(PARTY, stream, Registered(party=OPERATOR, name=name, roles=ROLES), setting)
        unit.handle(PARTY, stream, drawn.command, setting)
        unit.handle(POLICY, STREAM, put, setting)
    return drawn.path
