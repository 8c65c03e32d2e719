"""Whose token this is."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.core.people import CaseId
from seatrial.faces.api.answers import answer
from seatrial.faces.api.auth import Token, caller_of, the_desk
from seatrial.faces.api.spec import gives
from seatrial.faces.api.wire import Me
from seatrial.faces.desk.standing import OPERATOR, party_of
from seatrial.review.party.state import roles_of

router = Router(auth=Token(), tags=["parties"])


@router.get("/me", openapi_extra=gives("Me"))
def me(request: HttpRequest) -> HttpResponse:
    """Show the person and party behind the token, and what it is good for."""
    caller = caller_of(request)
    person, token = caller.who.person, caller.token
    party = party_of(the_desk().ledger, person)
    shown = Me(
        person=person,
        party=party.party if party else None,
        party_name=party.name if party else "",
        roles=tuple(sorted(roles_of(party, person))) if party else (),
        operator=party is not None and party.party == OPERATOR,
        case=None if token.case is None else CaseId(token.case),
        purpose=token.purpose,
        expires_at=token.expires_at,
    )
    return answer(shown)
