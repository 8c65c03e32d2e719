"""Certificates, for anyone who has one's code: no token is needed."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import StringConstraints

from seatrial.core.ledger.entry import StreamId
from seatrial.faces.api.answers import answer
from seatrial.faces.api.auth import the_desk
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.rates import count_stranger
from seatrial.faces.api.spec import gives
from seatrial.faces.api.wire import CertificateShown
from seatrial.faces.desk.cases import streams_marked
from seatrial.review.certificate.aggregate import CERTIFICATE, standing
from seatrial.review.lists import CODE

router = Router(tags=["certificates"])

CodeDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


@router.get("/{digest}", openapi_extra=gives("CertificateShown"))
def look_up(request: HttpRequest, digest: CodeDigest) -> HttpResponse:
    """Find a certificate by the SHA-256 digest of its code: addresses are logged, codes are not."""
    count_stranger(request)
    desk = the_desk()
    for name in streams_marked(CERTIFICATE.name, digest, sort=CODE):
        state, _ = desk.ledger.state(CERTIFICATE, StreamId(f"certificate/{name}"))
        if state is not None:
            shown = CertificateShown(
                id=name,
                standing=standing(state, desk.clock.now()),
                issued=state.issued,
                issued_at=state.issued_at,
                ended_at=state.ended_at,
                triggers=tuple(one.trigger for one in state.triggered),
                reason=state.reason,
                superseded_by=state.superseded_by,
            )
            return answer(shown)
    raise NotFoundError
