"""What people call people and parties, by their names in the ledger."""

from functools import cache

from seatrial.adapters.store.models import StreamRow
from seatrial.core.people import PartyId, PersonId
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.rendering_view import Names


@cache
def person_name(person: PersonId) -> str:
    """Give the name a person gave, else the address before the @; of strangers, the identity."""
    account = Account.objects.filter(person=person).only("name", "email").first()
    if account is None:
        return f"person {person[:8]}"
    return account.name or account.email.split("@")[0]


@cache
def party_name(party: PartyId) -> str:
    """Give a party's name; of strangers, the identity."""
    row = StreamRow.objects.filter(stream=f"party/{party}").only("title").first()
    return row.title if row else f"party {party[:8]}"


NAMES = Names(party=party_name, person=person_name)
"""For renderings of a case."""


def forget_names(**_: object) -> None:
    """Look names up anew: called when a request begins, so that no page shows old ones."""
    person_name.cache_clear()
    party_name.cache_clear()
