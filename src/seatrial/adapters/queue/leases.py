"""Leases: which host runs an ordered trial, and the secret with which it does.

One lease of a trial is in force; a new one voids the one before. Only its digest is kept.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from seatrial.adapters.queue.work_database import LEASES, answering
from seatrial.core.canonical import digest_bytes
from seatrial.core.people import CaseId

PREFIX = "seatrial_lease_"
"""So that scanners for leaked secrets, and people, know one when they see it."""

LEASE_SECONDS = 60.0
"""From its last sign on. A host gives one every few seconds; our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A trial that is held. model: name under which it is tried, as the host was told."""

    case: CaseId
    trial: str
    holder: str
    model: str


class Leases:
    """All leases. Every method may raise UnavailableError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def take(self, case: CaseId, trial: str, holder: str, now: datetime) -> str | None:
        """Hold a trial; give the lease's secret, or None while somebody else holds it.

        Whoever holds it already gets a new secret, and the old one is void.
        """
        secret = f"{PREFIX}{secrets.token_hex(32)}"
        at = now.timestamp()
        values = {
            "holder": holder,
            "digest": digest_bytes(secret.encode()),
            "until": at + LEASE_SECONDS,
        }
        free = sa.or_(LEASES.c.until <= at, LEASES.c.holder == holder)
        with answering():
            try:
                with self._engine.begin() as connection:
                    changed = connection.execute(
                        sa.update(LEASES).where(*_of(case, trial), free).values(**values)
                    )
                    if not changed.rowcount:
                        row = {"case": case, "trial": trial, "model": "", **values}
                        connection.execute(sa.insert(LEASES).values(**row))
            except IntegrityError:
                return None
        return secret

    def name_model(self, case: CaseId, trial: str, model: str) -> None:
        """Note under which name the model is tried."""
        with answering(), self._engine.begin() as connection:
            connection.execute(sa.update(LEASES).where(*_of(case, trial)).values(model=model))

    def find(self, secret: str) -> Lease | None:
        """Give the lease of a secret; None for a void one. It holds until another is taken."""
        digest = digest_bytes(secret.encode("utf-8", "replace"))
        return self._read(LEASES.c.digest == digest)

    def of(self, case: CaseId, trial: str) -> Lease | None:
        """Give the last lease of a trial, in force or not."""
        return self._read(*_of(case, trial))

    def held(self, case: CaseId, trial: str, now: datetime) -> str | None:
        """Name who holds a trial now."""
        lease = self._read(*_of(case, trial), LEASES.c.until > now.timestamp())
        return lease.holder if lease else None

    def renew(self, case: CaseId, trial: str, holder: str, now: datetime) -> None:
        """Note a sign of life of whoever holds a trial."""
        mine = (*_of(case, trial), LEASES.c.holder == holder)
        with answering(), self._engine.begin() as connection:
            until = now.timestamp() + LEASE_SECONDS
            connection.execute(sa.update(LEASES).where(*mine).values(until=until))

    def pass_on(self, case: CaseId, trial: str, holder: str, now: datetime) -> None:
        """Let somebody else hold a trial, without a secret."""
        values = {"holder": holder, "digest": "", "until": now.timestamp() + LEASE_SECONDS}
        with answering(), self._engine.begin() as connection:
            connection.execute(sa.update(LEASES).where(*_of(case, trial)).values(**values))

    def end(self, case: CaseId, trial: str) -> None:
        """Let nobody hold a trial; who did still learns with its lease that it has ended."""
        with answering(), self._engine.begin() as connection:
            connection.execute(sa.update(LEASES).where(*_of(case, trial)).values(until=0.0))

    def _read(self, *which: sa.ColumnElement[bool]) -> Lease | None:
        columns = (LEASES.c.case, LEASES.c.trial, LEASES.c.holder, LEASES.c.model)
        with answering(), self._engine.connect() as connection:
            row = connection.execute(sa.select(*columns).where(*which)).first()
        if row is None:
            return None
        return Lease(case=CaseId(row[0]), trial=row[1], holder=row[2], model=row[3])


def _of(case: CaseId, trial: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (LEASES.c.case == case, LEASES.c.trial == trial)
