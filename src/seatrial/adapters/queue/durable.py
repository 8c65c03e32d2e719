"""DBOS as Seatrial uses it: a database of its own, no telemetry, no connection to anywhere else."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from dbos import DBOS, DBOSConfig

from seatrial.core.problem import BadInputError

SHAPE = "seatrial-1"
"""Of the workflows: a worker takes up those of its own shape only. Raised when steps change."""

TRIALS = "trials"
"""The queue of trials."""

MOST_TIDIED = 1000
"""Workflows that are forgotten at a time."""

UNFINISHED = frozenset({"PENDING", "ENQUEUED", "DELAYED"})

SWEEPS = "sweeps"
"""The queue of due acts."""

SIGNATURES = "signatures"
"""The queue of evidence to be signed: apart, as due acts do not wait for its verification."""


RESCANS = "rescans"
"""The queue of rescans: they read gigabytes, and nothing else waits for them."""


@contextmanager
def durable_work(
    url: str, executor: str, *, queues: Sequence[str], trials_at_once: int, poll_seconds: float
) -> Iterator[None]:
    """Run workflows until the block ends. The modules that define them are imported before.

    url: of the work database. executor: this start's name. queues: that this worker serves.
    Raises: BadInputError when the environment would have DBOS connect to its makers' service.
    """
    _refuse_elsewhere()
    config = DBOSConfig(
        name="seatrial",
        system_database_url=url,
        application_version=SHAPE,
        executor_id=executor,
        enable_otlp=False,
        log_level="ERROR",
        use_listen_notify=False,
    )
    DBOS(config=config)
    # A worker that meets no model leaves trials to others, and the other way round.
    DBOS.listen_queues(list(queues))
    DBOS.launch()
    try:
        DBOS.register_queue(
            TRIALS, worker_concurrency=trials_at_once, polling_interval_sec=poll_seconds
        )
        DBOS.register_queue(SIGNATURES, worker_concurrency=1, polling_interval_sec=poll_seconds)
        DBOS.register_queue(RESCANS, worker_concurrency=1, polling_interval_sec=poll_seconds)
        DBOS.register_queue(SWEEPS, worker_concurrency=1, polling_interval_sec=poll_seconds)
        yield
    finally:
        DBOS.destroy()


def recover_orphans(living: Callable[[], Collection[str]]) -> int:
    """Put work whose executor lives no more back into its queue; give how many workflows.

    living: is asked after the pending work was read: who has work had joined before.
    """
    pending = DBOS.list_workflows(
        status="PENDING", app_version=SHAPE, load_input=False, load_output=False
    )
    executors = {one.executor_id for one in pending if one.executor_id}
    dead = executors.difference(living())
    # Asked for twice, it is done once: DBOS looks at the executor's name again.
    return len(DBOS._recover_pending_workflows(sorted(dead))) if dead else 0  # noqa: SLF001 - it has no public name


def workflows_of(prefix: str) -> tuple[int, bool]:
    """Count the workflows whose identity begins so; say whether one of them is to be finished.

    One of another shape never will be here.
    """
    found = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
    unfinished = [one for one in found if one.status in UNFINISHED and one.app_version == SHAPE]
    return len(found), bool(unfinished)


def tidy(before: datetime) -> int:
    """Forget sweeps and notifications that ended before a moment; give how many.

    Trials stay: their number tells attempts apart. What was done is in the ledger.
    """
    old = DBOS.list_workflows(
        status=["SUCCESS", "ERROR"],
        queue_name=SWEEPS,
        completed_before=before.isoformat(),
        limit=MOST_TIDIED,
        load_input=False,
        load_output=False,
    )
    DBOS.delete_workflows([one.workflow_id for one in old])
    return len(old)


def _refuse_elsewhere() -> None:
    named = sorted(name for name in os.environ if name.startswith("DBOS_"))
    if named:
        raise BadInputError(
            f"The environment sets {', '.join(named)}: a worker connects to no service of DBOS.",
            "Unset it; settings of the durable work are Seatrial's own.",
        )
