"""The live board of a running trial: rows that help to watch it, and are no evidence."""

from dataclasses import dataclass

import sqlalchemy as sa

from seatrial.adapters.queue.progress import FinishedSample
from seatrial.adapters.queue.work_database import BOARD, LEASES, SAMPLES, answering
from seatrial.core.people import CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBoard:
    """A trial as it stands. planned: samples; 0 until it is known. said: the step it is in."""

    planned: int
    said: str
    samples: tuple[FinishedSample, ...]


class Boards:
    """The boards of all trials. Every write can be repeated; all raise UnavailableError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def say(self, case: CaseId, trial: str, said: str, *, planned: int | None = None) -> None:
        """Note which step a trial is in, and how many samples it has once that is known."""
        values: dict[str, object] = {"said": said}
        if planned is not None:
            values["planned"] = planned
        here = (BOARD.c.case == case, BOARD.c.trial == trial)
        with answering(), self._engine.begin() as connection:
            changed = connection.execute(sa.update(BOARD).where(*here).values(**values))
            if not changed.rowcount:
                row = {"case": case, "trial": trial, "planned": 0, **values}
                connection.execute(sa.insert(BOARD).values(**row))

    def finish(self, case: CaseId, trial: str, sample: FinishedSample) -> None:
        """Note a finished sample, once."""
        here = (
            SAMPLES.c.case == case,
            SAMPLES.c.trial == trial,
            SAMPLES.c.role == sample.role,
            SAMPLES.c.sample == sample.sample,
        )
        row = {
            "case": case,
            "trial": trial,
            "role": sample.role,
            "sample": sample.sample,
            "outcome": sample.outcome,
            "model_calls": sample.model_calls,
            "tokens": sample.tokens,
            "cost_usd": sample.cost_usd,
        }
        with answering(), self._engine.begin() as connection:
            if connection.execute(sa.select(SAMPLES.c.role).where(*here)).first() is None:
                connection.execute(sa.insert(SAMPLES).values(**row))

    def board(self, case: CaseId, trial: str) -> TrialBoard | None:
        """Give a trial's board; None while no worker has begun it."""
        with answering(), self._engine.connect() as connection:
            head = connection.execute(
                sa.select(BOARD.c.planned, BOARD.c.said).where(
                    BOARD.c.case == case, BOARD.c.trial == trial
                )
            ).first()
            rows = connection.execute(
                sa.select(*SAMPLES.c)
                .where(SAMPLES.c.case == case, SAMPLES.c.trial == trial)
                .order_by(SAMPLES.c.role, SAMPLES.c.sample)
            ).mappings()
            samples = tuple(
                FinishedSample(
                    role=row["role"],
                    sample=row["sample"],
                    outcome=row["outcome"],
                    model_calls=row["model_calls"],
                    tokens=row["tokens"],
                    cost_usd=row["cost_usd"],
                )
                for row in rows
            )
        return None if head is None else TrialBoard(planned=head[0], said=head[1], samples=samples)

    def forget(self, case: CaseId) -> None:
        """Remove the boards of a purged case; of its leases, what they say of the model.

        A host that asks with such a lease must learn that its trial has ended.
        """
        with answering(), self._engine.begin() as connection:
            for table in (BOARD, SAMPLES):
                connection.execute(sa.delete(table).where(table.c.case == case))
            connection.execute(sa.update(LEASES).where(LEASES.c.case == case).values(model=""))
