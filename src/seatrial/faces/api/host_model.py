"""The relay to the model of an ordered trial: the lease goes in, the developer's key goes out.

Each call asks access anew: what ends the window ends the calls, without anybody's doing. Address
and key are read once for each lease and process, and each reading is an entry.
"""

import re
import threading
from collections import OrderedDict

import httpx
from django.http import HttpRequest, HttpResponse
from ninja import Router

from seatrial.adapters.queue.model_relay import MAX_REQUEST, Forwarding, Upstream
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.problem import RefusedError
from seatrial.faces.api.body import read_bytes
from seatrial.faces.api.leases import Leased, lease_in, order_of
from seatrial.faces.api.problems import NotFoundError, TooManyError
from seatrial.faces.api.spec import gives_content
from seatrial.faces.desk.access_details import REFERENCE
from seatrial.faces.desk.host_orders import HOST
from seatrial.faces.desk.orders import CALL_SECONDS, Ordered, check_runner, read_details
from seatrial.wiring.portal import the_clock

router = Router(tags=["hosts"])

AT_ONCE = 4
"""Calls that a server process holds: half of its threads. The pages keep the rest."""

KEPT = 64
"""Leases whose endpoint a process remembers."""

BUSY_SECONDS = 2

_PATH = re.compile(r"[A-Za-z0-9_:.-]+(?:/[A-Za-z0-9_:.-]+)*")

_room = threading.BoundedSemaphore(AT_ONCE)
_known: OrderedDict[str, Forwarding] = OrderedDict()
_lock = threading.Lock()


@router.get("/order/model/{path:path}", openapi_extra=gives_content("application/json"))
def get(request: HttpRequest, path: str) -> HttpResponse:
    """Send a call on to the model's endpoint. The lease stands where the key would."""
    return _relay(request, path)


@router.post("/order/model/{path:path}", openapi_extra=gives_content("application/json"))
def post(request: HttpRequest, path: str) -> HttpResponse:
    """Send a call on to the model's endpoint. The lease stands where the key would."""
    return _relay(request, path)


def _relay(request: HttpRequest, path: str) -> HttpResponse:
    headers = dict(request.headers.items())
    leased = lease_in(request, headers)
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        raise NotFoundError
    if not _room.acquire(blocking=False):
        raise TooManyError("The relay has as many calls as it takes.", BUSY_SECONDS)
    try:
        body = read_bytes(request, MAX_REQUEST)
        forwarding = _forwarding(leased, order_of(leased))
        query = request.META.get("QUERY_STRING")
        found = forwarding.forward(
            request.method or "", f"/{path}{'?' if query else ''}{query or ''}", headers, body
        )
    finally:
        _room.release()
    kind = found.headers.get("content-type", "application/octet-stream")
    answer = HttpResponse(found.content, status=found.status, content_type=kind)
    if "retry-after" in found.headers:
        answer["Retry-After"] = found.headers["retry-after"]
    return answer


def _forwarding(leased: Leased, ordered: Ordered) -> Forwarding:
    """Give what sends a lease's calls on. Raises: RefusedError when access has ended."""
    state = check_runner(ordered)
    with _lock:
        if leased.secret in _known:
            return _known[leased.secret]
        setting = Setting(at=the_clock().now(), actor=HOST)
        details = read_details(ordered, state, setting)
        if details.model.startswith(REFERENCE):
            raise RefusedError("A reference model is served by the host itself.", "Serve it there.")
        upstream = Upstream(
            base_url=details.base_url, api_key=details.api_key, seconds=CALL_SECONDS
        )
        client = httpx.Client(timeout=upstream.seconds, follow_redirects=False)
        made = Forwarding(upstream=upstream, token=leased.secret, client=client)
        _known[leased.secret] = made
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return made
