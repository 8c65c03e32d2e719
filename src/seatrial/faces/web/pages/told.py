"""What one's own organisation was told of incidents, whether or not it has to do with the case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from seatrial.core.access.action import Action
from seatrial.core.canonical import Digest
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import PartyId
from seatrial.faces.desk.cases import streams_marked
from seatrial.faces.desk.standing import party_of
from seatrial.faces.desk.telling import NOTIFIED
from seatrial.faces.web.acting import the_desk, who_asks
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.lists import AFFECTED
from seatrial.wiring.portal import the_blobs

PURPOSE = "told as an affected party"
"""On record for each reading; who reads was given no purpose in the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One telling. by: the party that told."""

    incident: str
    at: datetime
    by: PartyId | None
    text: Digest


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """List what the person's party was told, the latest first. Nothing else of an incident."""
    party = _party(request)
    found = sorted(_all(party), key=lambda one: one.at, reverse=True)
    return render(request, "seatrial/told.html", {"found": found, "party": party})


@require_http_methods(["GET", "POST"])
def told_of(request: HttpRequest, incident: str) -> HttpResponse:
    """Show that the party was told; on posting, enter the reading and show what."""
    party = _party(request)
    found = list(_tellings(incident, party))
    if not found:
        raise Http404
    texts = []
    if request.method == "POST":
        setting = the_desk().setting(who_asks(request))
        texts = [
            (one, the_blobs().read(one.text, PURPOSE, setting).decode("utf-8", "replace"))
            for one in found
        ]
    context = {"found": found, "texts": texts, "party": party}
    return render(request, "seatrial/told_of.html", context)


def _party(request: HttpRequest) -> PartyId:
    """Give the person's party. Raises: DeniedError for who is in none."""
    desk, who = the_desk(), who_asks(request)
    desk.check(who, Action.READ_TOLD)
    party = party_of(desk.ledger, who.person)
    if party is None:
        raise TypeError("who has a role has a party")
    return party.party


def _all(party: PartyId) -> Iterator[Telling]:
    for incident in streams_marked(INCIDENT.name, party, sort=AFFECTED):
        yield from _tellings(incident, party)


def _tellings(incident: str, party: PartyId) -> Iterator[Telling]:
    for one in the_desk().ledger.history(StreamId(f"incident/{incident}")):
        if one.entry.kind == NOTIFIED and one.entry.facts["party"] == party:
            yield Telling(
                incident=incident,
                at=one.entry.at,
                by=one.entry.actor.party,
                text=Digest(str(one.entry.facts["text"])),
            )
