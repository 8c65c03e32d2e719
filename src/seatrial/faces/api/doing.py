"""Doing something once, however often it is asked for: key, rules, entry, answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from seatrial.core.access.action import Action
from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import ConflictError, Setting
from seatrial.core.ledger.port import KeyReusedError, Outcome, Unit
from seatrial.core.people import CaseId
from seatrial.faces.api.auth import Caller, caller_of, demand, the_desk
from seatrial.faces.api.body import if_match, request_key
from seatrial.faces.api.problems import ChangedError, NotFoundError, RequestError
from seatrial.faces.api.wire import Done, Written
from seatrial.faces.web.accounts.models import ApiRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A POST and its key.

    known: it was done before; access was asked then and is not asked again, so that the answer
    stays the same when what was done changed what may be done.
    """

    caller: Caller
    key: str
    fingerprint: str
    known: bool
    expected: int | None

    def identity(self) -> str:
        """Give the name of what the request makes: the same however often it comes."""
        return digest_bytes(f"{self.caller.who.person}/{self.key}".encode())[7:39]

    @contextmanager
    def unit(self) -> Iterator[tuple[Unit, Setting]]:
        """Open a unit of the ledger; the key is noted with what is written, or not at all.

        Raises: ChangedError instead of a conflict when the caller used If-Match.
        """
        desk = the_desk()
        try:
            with desk.unit(self.caller.who, self.key) as (unit, setting):
                yield unit, setting
                self.note(setting)
        except ConflictError as error:
            if self.expected is None:
                raise
            raise ChangedError(error.what, error.remedy) from error

    def note(self, setting: Setting) -> None:
        """Remember what the key was used for."""
        ApiRequest.objects.get_or_create(
            person=self.caller.who.person,
            key=self.key,
            defaults={"fingerprint": self.fingerprint, "at": setting.at},
        )

    def demand(self, action: Action, case: CaseId | None = None) -> None:
        """Demand access for what is done now; for what was done, only the token's own case.

        Raises: NotFoundError, DeniedError.
        """
        if not self.known:
            demand(self.caller, action, case, self.caller.purpose)
        elif self.caller.token.case != case:
            raise NotFoundError

    def expecting(self, body: int | None) -> int | None:
        """Give the number of entries that the caller saw, by header or body.

        Raises: RequestError when they disagree.
        """
        if None not in (self.expected, body) and self.expected != body:
            raise RequestError("If-Match and expected disagree.", "Send one of them.")
        return body if self.expected is None else self.expected


def once(request: HttpRequest, content: bytes) -> Once:
    """Read key and If-Match of a POST.

    content: its body. Raises: RequestError without a key; KeyReusedError for another request's.
    """
    caller, key = caller_of(request), request_key(request)
    said = "\n".join((request.method or "", request.get_full_path(), "")).encode() + content
    # Keyed: a body may be a secret that is easily guessed.
    fingerprint = salted_hmac("seatrial.api", said, algorithm="sha256").hexdigest()
    row = ApiRequest.objects.filter(person=caller.who.person, key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise KeyReusedError(
            f"The idempotency key {key!r} belongs to another request.",
            "Send each request with a key of its own.",
        )
    return Once(
        caller=caller,
        key=key,
        fingerprint=fingerprint,
        known=row is not None,
        expected=if_match(request),
    )


def done(identity: str, outcome: Outcome[Any]) -> Done:
    """Say what a command led to."""
    return Done(
        id=identity,
        number=outcome.number,
        entries=tuple(
            Written(index=one.index, number=one.entry.number, kind=one.entry.kind)
            for one in outcome.entries
        ),
    )
