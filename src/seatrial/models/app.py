"""The endpoint: routes, limits and errors of an OpenAI-compatible server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from seatrial.core.canonical import Json, digest_bytes
from seatrial.core.problem import BadInputError
from seatrial.models.answer_file import Answers
from seatrial.models.catalog import parse_model_name
from seatrial.models.chat_request import BadRequestError, ChatRequest, parse_chat_request
from seatrial.models.chat_response import CREATED, render_chunks, render_completion, render_error
from seatrial.models.conversation import Turn
from seatrial.models.policies.novice import NOVICE
from seatrial.models.policy import Policy, PolicyContext
from seatrial.models.simulators import HEALTHY_TURNS, SIMULATORS, Flakiness, garbage

MAX_BODY_BYTES = 32 * 1024 * 1024
"""A conversation with a few large uploads is below 4 MiB; room for scaffolds that add to it."""


class _ProtocolError(Exception):
    """Ends a request with an error body."""

    def __init__(self, status: int, message: str, *, param: str | None, code: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


class Endpoint:
    """Handlers, and what they share: policies, answers, the stop signal of hanging calls."""

    def __init__(self, policies: Iterable[Policy], answers: Answers, *, simulate: bool) -> None:
        self._policies = {policy.name: policy for policy in policies}
        self._answers = answers
        self._simulators = SIMULATORS if simulate else {}
        self._flakiness = Flakiness()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let hanging calls end. Call from the server's own event loop."""
        self._stopping.set()

    def app(self) -> Starlette:
        """Make the ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/models", self._list, methods=["GET"]),
                Route("/v1/models/{name:path}", self._describe, methods=["GET"]),
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
            ],
            exception_handlers={404: _unknown_url, 405: _wrong_method},
        )

    async def _list(self, request: Request) -> Response:
        del request
        names: Sequence[str] = (*self._policies, *self._simulators)
        data: list[Json] = [_described(name) for name in names]
        return _json({"object": "list", "data": data})

    async def _describe(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        if name in self._policies or name in self._simulators:
            return _json(_described(name))
        return _error(404, self._no_model(name), param="model", code="model_not_found")

    def _no_model(self, name: str) -> str:
        known = ", ".join(self._policies)
        return f"The model {name[:80]!r} does not exist; there are: {known}."

    async def _complete(self, request: Request) -> Response:
        try:
            body = await _read_body(request)
            return await self._answer(parse_chat_request(body), body)
        except BadRequestError as error:
            return _error(400, str(error), param=error.param)
        except _ProtocolError as error:
            return _error(error.status, str(error), param=error.param, code=error.code)
        except ClientDisconnect:
            return Response(status_code=400)

    async def _answer(self, request: ChatRequest, body: bytes) -> Response:
        try:
            name = parse_model_name(request.model)
        except BadInputError as error:
            raise _ProtocolError(400, error.what, param="model", code="invalid_seed") from error
        seed = next((s for s in (name.seed, request.seed) if s is not None), 0)
        if name.policy in self._simulators:
            return await self._simulate(name.policy, request, seed, body)
        policy = self._policies.get(name.policy)
        if policy is None:
            raise _ProtocolError(
                404,
                self._no_model(request.model),
                param="model",
                code="model_not_found",
            )
        return self._decide(policy, request, seed)

    def _decide(self, policy: Policy, request: ChatRequest, seed: int) -> Response:
        answer = None
        if policy.told_answer:
            try:
                answer = self._answers.find(request.conversation.references)
            except BadInputError as error:
                raise _ProtocolError(400, str(error), param=None, code="answer_book") from error
            if answer is None:
                raise _ProtocolError(
                    400,
                    "The answer book has no entry for this task's reference.",
                    param="messages",
                    code="answer_unknown",
                )
        turn = policy.decide(request.conversation, PolicyContext(seed=seed, answer=answer))
        return _spoken(request, turn)

    async def _simulate(self, name: str, request: ChatRequest, seed: int, body: bytes) -> Response:
        if name == "hang":
            await self._stopping.wait()
            return _error(503, "The server is stopping.", kind="server_error")
        if name == "garbage":
            raw = garbage(request, seed)
            return Response(raw.body, raw.status, media_type="application/json")
        if name == "flaky":
            status = self._flakiness.failure(request, seed, digest_bytes(body))
        else:
            status = 500 if request.conversation.turn >= HEALTHY_TURNS else None
        if status is not None:
            kind = "rate_limit_exceeded" if status == 429 else "server_error"  # noqa: PLR2004 - HTTP's Too Many Requests
            return _error(status, f"Simulated failure {status}.", kind=kind, retry_at_once=True)
        return self._decide(NOVICE, request, seed)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _ProtocolError(
                413,
                f"The body is over {MAX_BODY_BYTES} bytes.",
                param=None,
                code="request_too_large",
            )
    return bytes(body)


def _spoken(request: ChatRequest, turn: Turn) -> Response:
    if not request.stream:
        return _json(render_completion(request, turn))

    async def events() -> AsyncIterator[bytes]:
        for chunk in render_chunks(request, turn):
            yield b"data: " + _bytes(chunk) + b"\n\n"
        yield b"data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def _unknown_url(request: Request, error: Exception) -> Response:
    del error
    return _error(404, f"There is no {request.method} {request.url.path[:80]!r} here.")


async def _wrong_method(request: Request, error: Exception) -> Response:
    response = _error(405, f"{request.url.path[:80]!r} does not take {request.method[:16]}.")
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _described(name: str) -> Json:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "seatrial"}


def _error(
    status: int,
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
    retry_at_once: bool = False,
) -> Response:
    response = _json(render_error(message, kind=kind, param=param, code=code), status)
    if retry_at_once:
        response.headers["retry-after-ms"] = "1"
    return response


def _json(value: Json, status: int = 200) -> Response:
    return Response(_bytes(value), status, media_type="application/json")


def _bytes(value: Json) -> bytes:
    # ASCII only, so that half a surrogate pair in a hostile request can be echoed
    return json.dumps(value, separators=(",", ":")).encode("ascii")
