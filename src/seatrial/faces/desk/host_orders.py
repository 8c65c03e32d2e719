"""Ordered trials as hosts get them: held by a lease, with all that a trial needs."""

from pathlib import Path

from django.conf import settings

from seatrial.adapters.policy_files import PolicyFiles
from seatrial.adapters.queue.leases import Lease
from seatrial.adapters.store.models import StreamRow
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.people import Actor, CaseId
from seatrial.core.problem import ProblemError
from seatrial.core.sealed.blob import SEALED
from seatrial.faces.desk.host_wire import HostOrder
from seatrial.faces.desk.orders import (
    Ordered,
    access_ended,
    as_text,
    check_runner,
    ordered_trial,
    ordered_trials,
    read_details,
    read_plan,
    setting_of,
)
from seatrial.formats.signed_plan import open_plan
from seatrial.review.plan import Plan
from seatrial.review.seed_list import SecretSeeds
from seatrial.tasks.commitment import read_seed_file, seeds_digest
from seatrial.wiring.portal import the_clock
from seatrial.wiring.worker import the_boards, the_leases

HOST = Actor(person=None, party=None, by="host")
"""A trials' host, through the API."""

WAITS = "waits"
"""Who holds a trial that cannot be given now: it is looked at again when this lease is over."""

HOLDER = "worker"
"""Who holds a trial that workers run; among themselves they share its folder."""

HANDED_IN = "application/x-tar; name=host-archive; trial={trial}; ended="
"""Media type of what a host handed in; `finished` or `stopped` ends it."""

FINISHED = "finished"
STOPPED = "stopped"


def give_order(holder: str) -> HostOrder | None:
    """Give a host the trial that it holds, or the first that nobody does; None without one."""
    for ordered in ordered_trials():
        case, trial = ordered.case, ordered.started.trial
        if access_ended(case) or handed_in(case, trial):
            continue
        secret = the_leases().take(case, trial, holder, the_clock().now())
        if secret is None:
            continue
        try:
            return _order(ordered, secret)
        except ProblemError as problem:
            the_leases().pass_on(case, trial, WAITS, the_clock().now())
            the_boards().say(case, trial, f"waits: {problem.what} {problem.remedy}")
    return None


def leased_order(lease: Lease) -> Ordered | None:
    """Give the running trial that a lease is for; None when it has ended."""
    ordered = ordered_trial(lease.case)
    return ordered if ordered and ordered.started.trial == lease.trial else None


def handed_in(case: CaseId, trial: str) -> tuple[Digest, str] | None:
    """Give what a host handed in for a trial, and how it ended."""
    media = HANDED_IN.format(trial=trial)
    rows = StreamRow.objects.filter(aggregate=SEALED.name, case=case, state__contains=media)
    for stream, state in rows.order_by("at").values_list("stream", "state"):
        digest = Digest(f"sha256:{stream.partition('/')[2]}")
        return digest, FINISHED if f"{media}{FINISHED}" in state else STOPPED
    return None


def is_left(ordered: Ordered) -> bool:
    """Say whether access ended and no host that ran a trial can hand its evidence in any more.

    Workers end by themselves what they run, and hold it under a name of their own.
    """
    case, trial = ordered.case, ordered.started.trial
    lease = the_leases().of(case, trial)
    return (
        access_ended(case)
        and (lease is None or lease.holder != HOLDER)
        and the_leases().held(case, trial, the_clock().now()) is None
        and handed_in(case, trial) is None
    )


def policy_folders() -> tuple[str, ...]:
    """Name the folders in which a plan's policy files are looked for."""
    data = Path(settings.DATA)
    return str(data / "policies"), str(data), str(Path.cwd())


def _order(ordered: Ordered, secret: str) -> HostOrder:
    setting = Setting(at=the_clock().now(), actor=HOST)
    state = check_runner(ordered)
    signed = read_plan(ordered, setting)
    plan, _ = open_plan(signed, {}, place="the case's plan")
    files = PolicyFiles(tuple(map(Path, policy_folders())))
    scope, thresholds = (
        files.read(name) for name in (plan.draft.scope.file, plan.draft.thresholds.file)
    )
    # Last: the reading is entered.
    details = read_details(ordered, state, setting)
    given = setting_of(ordered, state, details)
    the_leases().name_model(ordered.case, ordered.started.trial, details.model)
    return HostOrder(
        case=ordered.case,
        trial=ordered.started.trial,
        lease=secret,
        name=given.trial,
        began=given.started,
        plan=as_text(signed),
        scope=as_text(scope),
        thresholds=as_text(thresholds),
        seeds=_seeds(plan),
        model=given.model,
        operator=ordered.by,
        safeguards=given.safeguards,
        checkpoint=state.model.digest,
        price_input=given.price_input,
        price_output=given.price_output,
        call_seconds=given.call_seconds,
        call_retries=given.call_retries,
    )


def _seeds(plan: Plan) -> tuple[str, ...]:
    """Read the secret seeds that a plan commits to, and no other."""
    wanted = {
        one.seeds.commitment for one in plan.draft.suite if isinstance(one.seeds, SecretSeeds)
    }
    found: list[str] = []
    for path in sorted((Path(settings.DATA) / "seeds").glob("*")):
        content = path.read_bytes()
        if seeds_digest(read_seed_file(content, place=str(path))) in wanted:
            found.append(content.decode())
    return tuple(found)
