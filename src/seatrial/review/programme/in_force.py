"""Which policy file is in force, as an aggregate: versioned, signed by the ledger (R24)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.stages import Side, Table, check_side, kind_names, move, refuse_unless
from seatrial.review.submission.model import is_digest


class Stage(StrEnum):
    """A policy is in force from the first on."""

    IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutInForce:
    """A policy file took the place of the one before. digest: of the file's bytes.

    name, version, issuer: as the file says. reason: for the change, on record.
    """

    digest: Digest
    name: str
    version: str
    issuer: str
    reason: str


Event: TypeAlias = PutInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """A policy and since when it was in force."""

    put: PutInForce
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyHistory:
    """Every policy that was in force, the present one last. One stream a sort of policy."""

    stage: Stage
    policies: tuple[Since, ...]


STAGES: Table[Stage] = {PutInForce: {None: Stage.IN_FORCE, Stage.IN_FORCE: Stage.IN_FORCE}}


def in_force(state: PolicyHistory, at: datetime) -> PutInForce | None:
    """Give the policy that was in force at a moment; None before the first."""
    return next((one.put for one in reversed(state.policies) if one.at <= at), None)


def decide(state: PolicyHistory | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    move(STAGES, state.stage if state else None, wanted, thing="policy")
    # The first comes with setting a portal up; a change is a person's.
    side = Side.PERSON if state else Side.ANYONE
    check_side(side, setting, wanted, developer=None)
    refuse_unless(
        is_digest(wanted.digest) and wanted.version.strip() and wanted.reason.strip(),
        "A policy is put in force with its digest, a version and a reason.",
        "Give all three.",
    )
    known = [one.put for one in state.policies] if state else []
    refuse_unless(
        not known or known[-1].digest != wanted.digest,
        "This policy is in force.",
        "Nothing is left to do.",
    )
    refuse_unless(
        all(one.digest == wanted.digest for one in known if one.version == wanted.version),
        f"Version {wanted.version} was another file.",
        "Give a changed policy a new version.",
    )
    return (wanted,)


def evolve(state: PolicyHistory | None, event: Event, setting: Setting) -> PolicyHistory:
    """Give the history after an event that `decide` gave."""
    since = Since(put=event, at=setting.at)
    if state is None:
        return PolicyHistory(stage=Stage.IN_FORCE, policies=(since,))
    return replace(state, policies=(*state.policies, since))


POLICY: Aggregate[PolicyHistory | None, Event, Event] = Aggregate(
    name="policy",
    initial=None,
    kinds=kind_names(PutInForce),
    decide=decide,
    evolve=evolve,
)
