"""A peer of the ledger: the `eventsourcing` library doing the same commands.

It is no requirement of ours: without it, the benchmark goes on without the peer. Set to what is
fastest and still keeps a writer's conflict: aggregates stay in its cache and are brought up to
date from the database before each command. Like our ledger it commits each command on its own
and refuses a second event at the same place of a stream. Unlike it, it has no tree, no
idempotency keys, and no rows of state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError


class Blob(Aggregate):
    """What is sealed and read, with the facts that our entries have."""

    @event("Sealed")
    def __init__(self, digest: str, size: int, media: str, actor: str, key: str) -> None:
        self.digest, self.size, self.media = digest, size, media
        self.actor, self.key = actor, key
        self.reads = 0

    @event("Read")
    def read(self, purpose: str, actor: str, key: str) -> None:
        """Note a reading."""
        self.purpose, self.actor, self.key = purpose, actor, key
        self.reads += 1


class Blobs(Application[UUID]):
    """Does one command at a time."""

    env: ClassVar[dict[str, str]] = {"AGGREGATE_CACHE_MAXSIZE": "1000"}

    def __init__(self, env: dict[str, str], streams: int) -> None:
        super().__init__(env)
        self.streams = streams
        self.ids: dict[int, UUID] = {}

    def do(self, number: int) -> None:
        """Do the command of a number; durable on return."""
        key, actor = f"flow/{number}", "p-4b1d0c/institute/portal"
        if number < self.streams:
            media = "application/json"
            blob = Blob(digest=f"{number:064x}", size=4096, media=media, actor=actor, key=key)
            self.save(blob)
            self.ids[number] = blob.id
            return
        while True:
            held: Any = self.repository.get(self.ids[number % self.streams])
            held.read(purpose="integrity review of a trial", actor=actor, key=key)
            try:
                self.save(held)
            except IntegrityError:  # another thread was at this stream: read it anew
                continue
            return


@contextmanager
def blobs_at(where: str, streams: int) -> Iterator[Callable[[], Any]]:
    """Open the library on an empty database; give what opens one thread's writer."""
    app = Blobs(_environment(where), streams)
    try:
        yield lambda: _writer(app)
    finally:
        app.close()


@contextmanager
def _writer(app: Blobs) -> Iterator[Callable[[int], None]]:
    yield app.do


def _environment(where: str) -> dict[str, str]:
    if "://" not in where:
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": where,
            "SQLITE_LOCK_TIMEOUT": "30",
        }
    url = urlsplit(where)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": url.path.lstrip("/"),
        "POSTGRES_HOST": parse_qs(url.query)["host"][0],
        "POSTGRES_USER": url.username or "",
        "POSTGRES_PASSWORD": "none",  # the server asks for none
        "POSTGRES_POOL_SIZE": "8",
    }
