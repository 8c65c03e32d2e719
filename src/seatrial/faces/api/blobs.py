"""Sealed content: sealing what a command will name, reading with a purpose."""

from collections.abc import Mapping
from enum import StrEnum
from io import BytesIO
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import StringConstraints

from seatrial.core.access.action import Action
from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId
from seatrial.faces.api.answers import Identity, answer
from seatrial.faces.api.auth import Token, caller_of, demand, the_desk
from seatrial.faces.api.body import media_type, read_bytes
from seatrial.faces.api.doing import Once, once
from seatrial.faces.api.problems import MediaTypeError, NotFoundError
from seatrial.faces.api.spec import gives_content, takes_content
from seatrial.faces.api.wire import SealedContent
from seatrial.faces.desk.content import SORTS, Content, item_of, media_of
from seatrial.faces.desk.desk import scoped_key
from seatrial.wiring.portal import the_blobs

router = Router(auth=Token(), tags=["sealed content"])

MAX_BYTES = 1024 * 1024
"""Of sealed content given here: texts of people, credentials. Evidence goes another way."""

DigestText = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class Sort(StrEnum):
    """What may be sealed here, by the names of `Content`."""

    CREDENTIALS = Content.CREDENTIALS.value
    COMMENT = Content.COMMENT.value
    CORRECTION = Content.CORRECTION.value
    OBJECTION = Content.OBJECTION.value


FOR: Mapping[Sort, Action] = {
    Sort.CREDENTIALS: Action.GRANT_ACCESS,
    Sort.COMMENT: Action.COMMENT_PLAN,
    Sort.CORRECTION: Action.ASK_CORRECTION,
    Sort.OBJECTION: Action.OBJECT,
}
"""Who may seal what: whoever may give the command that then names it."""


@router.post("/{case}/blobs", openapi_extra=takes_content())
def seal(request: HttpRequest, case: Identity, content: Sort) -> HttpResponse:
    """Seal content to a case; `content` says what it is. The digest is for a command to name."""
    given = read_content(request)
    asked = once(request, given)
    asked.demand(FOR[content], CaseId(case))
    return seal_once(asked, CaseId(case), given, Content(content.value))


@router.get("/{case}/blobs/{digest}", openapi_extra=gives_content("application/octet-stream"))
def read(
    request: HttpRequest, case: Identity, digest: DigestText, purpose: str | None = None
) -> HttpResponse:
    """Read sealed content; the reading is entered in the ledger first, with its purpose."""
    caller, here = caller_of(request), CaseId(case)
    item = item_of(the_desk().ledger, Digest(digest))
    if item is None or item.blob.case != here:
        demand(caller, Action.READ_CASE, here)
        raise NotFoundError
    said = caller.purpose if purpose is None else purpose
    demand(caller, SORTS[item.content].action, here, said)
    found = the_blobs().read(item.digest, said, the_desk().setting(caller.who))
    return HttpResponse(
        found,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{item.content.value}"'},
    )


def read_content(request: HttpRequest) -> bytes:
    """Read a body of bytes. Raises: MediaTypeError, TooLargeError."""
    if media_type(request).get_content_type() != "application/octet-stream":
        raise MediaTypeError(
            "The body is not application/octet-stream.", "Send the bytes as they are."
        )
    return read_bytes(request, MAX_BYTES)


def seal_once(asked: Once, case: CaseId, given: bytes, content: Content) -> HttpResponse:
    """Seal content, whose access was asked for, once for its key."""
    desk, who = the_desk(), asked.caller.who
    setting = desk.setting(who)
    key = scoped_key(who, asked.key)
    digest = the_blobs().seal(case, BytesIO(given), media_of(content), setting, key=key)
    asked.note(setting)
    return answer(SealedContent(digest=digest), status=201)
