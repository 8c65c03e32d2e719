"""The ledger from outside: its head and checkpoints for anyone, proofs for who has a token."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.faces.api.answers import Cursor, answer
from seatrial.faces.api.auth import Token, the_desk
from seatrial.faces.api.problems import NotFoundError
from seatrial.faces.api.rates import count_stranger
from seatrial.faces.api.spec import gives, gives_content
from seatrial.faces.api.wire import Hashes, Head
from seatrial.wiring.ledger import open_ledger

router = Router(tags=["ledger"])


@router.get("/head", openapi_extra=gives("Head"))
def head(request: HttpRequest) -> HttpResponse:
    """Show size and root of what is written now."""
    count_stranger(request)
    found = the_desk().ledger.head()
    return answer(Head(size=found.size, root=found.root.hex(), at=found.at))


@router.get("/checkpoint", openapi_extra=gives_content("text/plain"))
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the latest signed checkpoint, a C2SP note. 404 before the first one."""
    count_stranger(request)
    signed = open_ledger(settings.DATA).checkpoints.latest()
    if signed is None:
        raise NotFoundError
    return HttpResponse(signed.content(), content_type="text/plain; charset=utf-8")


@router.get("/inclusion", auth=Token(), openapi_extra=gives("Hashes"))
def inclusion(request: HttpRequest, index: Cursor, size: Cursor) -> HttpResponse:
    """Prove that an entry is in the ledger of a size."""
    del request
    _within(index + 1, size)
    return _hashes(the_desk().ledger.inclusion(index, size))


@router.get("/consistency", auth=Token(), openapi_extra=gives("Hashes"))
def consistency(request: HttpRequest, first: Cursor, second: Cursor) -> HttpResponse:
    """Prove that one size continues another."""
    del request
    _within(first, second)
    return _hashes(the_desk().ledger.consistency(first, second))


def _within(first: int, second: int) -> None:
    """Raises: NotFoundError for a proof that does not exist: beyond the ledger, or backwards."""
    if not 0 < first <= second <= the_desk().ledger.head().size:
        raise NotFoundError


def _hashes(found: tuple[bytes, ...]) -> HttpResponse:
    return answer(Hashes(hashes=tuple(one.hex() for one in found)))
