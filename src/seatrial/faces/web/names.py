"""What people call people and parties, by their names in the ledger."""

from collections.abc import Iterable
from functools import cache

from seatrial.adapters.store.models import StreamRow
from seatrial.core.people import PartyId, PersonId
from seatrial.faces.web.accounts.models import Account
from seatrial.faces.web.rendering_view import Names

_PARTIES: dict[PartyId, str] = {}


@cache
def person_name(person: PersonId) -> str:
    """Give the name a person gave, else the address before the @; of strangers, the identity."""
    account = Account.objects.filter(person=person).only("name", "email").first()
    if account is None:
        return f"person {person[:8]}"
    return account.name or account.email.split("@")[0]


def party_name(party: PartyId) -> str:
    """Give a party's name; of strangers, the identity."""
    known = _PARTIES.get(party)
    return known if known is not None else learn_parties([party])[party]


def learn_parties(parties: Iterable[PartyId]) -> dict[PartyId, str]:
    """Read the names of parties at once, for a list that will ask for each."""
    names = {party: f"party {party[:8]}" for party in parties}
    rows = StreamRow.objects.filter(stream__in=[f"party/{one}" for one in names])
    for stream, title in rows.values_list("stream", "title"):
        names[PartyId(stream.partition("/")[2])] = title
    _PARTIES.update(names)
    return names


NAMES = Names(party=party_name, person=person_name)
"""For renderings of a case."""


def forget_names(**_: object) -> None:
    """Look names up anew: called when a request begins, so that no page shows old ones."""
    person_name.cache_clear()
    _PARTIES.clear()
