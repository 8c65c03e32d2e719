"""What a command to a submission names must be there, and this case's: a digest is no secret.

Whoever could name another case's credentials would have this case's trials use them, and the end
of this case's access destroy them. What is checked here never ceases to hold, so that a command
that is sent again is answered as it was.
"""

from collections.abc import Iterator, Mapping

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import NotPossibleError
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Unit
from seatrial.core.people import CaseId
from seatrial.core.sealed.blob import SEALED, Blob, blob_stream
from seatrial.faces.desk.content import Content, media_of
from seatrial.review.party.aggregate import PARTY
from seatrial.review.submission.events import (
    AccessGranted,
    Amended,
    Drafted,
    PartnerProposed,
)
from seatrial.review.submission.work_events import CorrectionAsked, Objected, PlanCommented

_TEXTS: Mapping[type[object], Content] = {
    PlanCommented: Content.COMMENT,
    CorrectionAsked: Content.CORRECTION,
    Objected: Content.OBJECTION,
}


def check_named(unit: Unit, case: CaseId, wanted: object) -> None:
    """Refuse a command that names what is not sealed to this case as such, or no party.

    Raises: NotPossibleError.
    """
    for digest, content in _named(wanted):
        if not is_sealed_as(unit.state(SEALED, blob_stream(digest))[0], case, content):
            raise NotPossibleError(
                f"{digest} is not sealed to this case as {content.value}.",
                "Seal it to the case first, then name it by the digest that you got.",
            )
    if isinstance(wanted, PartnerProposed):
        # PostgreSQL fails when it is asked for a name with a NUL.
        name = StreamId(f"party/{wanted.partner}".replace("\0", "?"))
        if unit.state(PARTY, name)[0] is None:
            raise NotPossibleError(
                "No party of the programme has this name.", "Name one by its identity."
            )


def is_sealed_as(blob: Blob | None, case: CaseId, content: Content) -> bool:
    """Tell whether a blob is this case's, and of this sort."""
    return blob is not None and (blob.case, blob.media) == (case, media_of(content))


def _named(wanted: object) -> Iterator[tuple[Digest, Content]]:
    if isinstance(wanted, PlanCommented | CorrectionAsked | Objected):
        yield wanted.text, _TEXTS[type(wanted)]
    if isinstance(wanted, AccessGranted):
        yield wanted.credentials, Content.CREDENTIALS
    if isinstance(wanted, Drafted | Amended):
        model = wanted.model
        for digest, content in (
            (model.endpoint, Content.CREDENTIALS),
            (model.credentials, Content.CREDENTIALS),
            (model.elicitation, Content.ELICITATION),
            (model.ml_bom, Content.ML_BOM),
        ):
            if digest is not None:
                yield digest, content
