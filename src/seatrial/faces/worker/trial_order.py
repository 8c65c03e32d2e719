"""What a worker needs of a case to run its trial: asked of the desk, read with a purpose."""

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from django.conf import settings

from seatrial.adapters.queue.model_relay import Relay, Upstream, relay_to
from seatrial.core.ledger.aggregate import Setting
from seatrial.faces.desk.access_details import REFERENCE
from seatrial.faces.desk.host_orders import policy_folders
from seatrial.faces.desk.orders import (
    CALL_SECONDS,
    WORKER,
    Ordered,
    as_text,
    check_runner,
    read_details,
    read_plan,
    setting_of,
)
from seatrial.faces.worker.trial_child import TrialOrder
from seatrial.wiring.portal import the_clock
from seatrial.wiring.worker import signing_key, trial_folder


def prepare(ordered: Ordered, relays: ExitStack) -> tuple[TrialOrder, Relay | None]:
    """Ask the desk, enter the reading, open the access details and the relay.

    Each start is another reading, and entered as one. relays: closes the relay.
    Raises: RefusedError when whoever ordered the trial may not run it now; BadInputError for
    details that a worker cannot read.
    """
    now = the_clock().now()
    state, setting = check_runner(ordered), Setting(at=now, actor=WORKER)
    details = read_details(ordered, state, setting)
    relay = None
    if not details.model.startswith(REFERENCE):
        upstream = Upstream(
            base_url=details.base_url, api_key=details.api_key, seconds=CALL_SECONDS
        )
        relay = relays.enter_context(relay_to(upstream))
    data = Path(settings.DATA)
    order = TrialOrder(
        folder=str(trial_folder(ordered.case, ordered.started.trial)),
        setting=replace(
            setting_of(ordered, state, details),
            started=now.astimezone(UTC).isoformat(timespec="seconds"),
            jobs=int(os.environ.get("SEATRIAL_TRIAL_JOBS") or os.cpu_count() or 1),
            signing_key=str(signing_key()),
            secret_seeds=tuple(str(one) for one in sorted((data / "seeds").glob("*"))),
        ),
        plan=as_text(read_plan(ordered, setting)),
        relay=relay.base_url if relay else "",
        token=relay.token if relay else "",
        policies=policy_folders(),
    )
    return order, relay
