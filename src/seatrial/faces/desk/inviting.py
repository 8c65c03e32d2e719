"""Invitations: a name and a one-time code, of which the ledger knows the digest only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from seatrial.adapters.chance import draw_nonce
from seatrial.adapters.identity import fresh_id
from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.people import PartyId, Role
from seatrial.review.party.events import PersonInvited

DAYS = 14
"""How long an invitation opens: long enough for a holiday, short for a link in a mailbox."""


def invited(code: str, email: str) -> Digest:
    """Give the digest of a code for whoever has this address. Addresses' case does not count."""
    return digest_bytes((f"{code} {email.casefold()}" if email else code).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A new invitation. path: of the link that the invited opens; tells the code."""

    command: PersonInvited
    path: str


def draw_invitation(party: PartyId, role: Role, now: datetime, email: str = "") -> Drawn:
    """Draw name and code of an invitation to a party.

    email: address that it is for; an account of another does not open it. Empty: whoever has the
    code, as on a machine where nobody has an account yet.
    """
    code, invitation = draw_nonce().hex(), fresh_id()
    command = PersonInvited(
        invitation=invitation,
        code=invited(code, email),
        role=role,
        expires_at=now + timedelta(days=DAYS),
    )
    return Drawn(command=command, path=f"/invitation/{party}/{invitation}/{code}")
