"""What is offered, and under which terms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from seatrial.core.canonical import Digest, digest_json
from seatrial.core.people import PartyId
from seatrial.core.record import to_json
from seatrial.review.programme.policy import Extender, ProgrammePolicy, Selection
from seatrial.review.trial import Safeguards

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Modality(StrEnum):
    """What a model takes or gives."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    ACTIONS = "actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way in which the model is offered, e.g. with its safeguards off."""

    name: str
    safeguards: Safeguards


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model's identity. What would let someone reach it is sealed and named by digest only.

    digest: of the weights, or of the developer's statement that pins the checkpoint.
    endpoint, credentials, elicitation: of sealed blobs. ml_bom: of the CycloneDX document.
    scope: capabilities that the review is to measure.
    """

    name: str
    checkpoint: str
    digest: Digest
    modalities: tuple[Modality, ...]
    variants: tuple[Variant, ...]
    scope: tuple[str, ...]
    open_weights: bool = False
    endpoint: Digest | None = None
    credentials: Digest | None = None
    elicitation: Digest | None = None
    ml_bom: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Access terms as data (R25). Who the people are is the case's team.

    nondisclosure: of the agreement's text, which each person of the team signs.
    retention_days: how long sealed content stays after the case has ended.
    two_person_export: a second person must agree before anything leaves.
    """

    purposes: tuple[str, ...]
    retention_days: int
    nondisclosure: Digest
    two_person_export: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The policy's numbers as this submission runs under them. policy: the file's digest."""

    policy: Digest
    maximum_days: int
    extended_maximum_days: int
    extended_by: Extender
    warning_days: tuple[int, ...]
    selected_by: Selection
    objection_days: int
    minimum_consultees: int
    retention_days: int
    purposes: tuple[str, ...]


class Selecting(StrEnum):
    """What a side said of a partner."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    OBJECTED = "objected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One side's word on a partner, with its reason. by_developer: whose."""

    what: Selecting
    by_developer: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A trusted partner in joint selection. by_developer: who proposed it last.

    said: everything that was said of it, in order.
    """

    party: PartyId
    by_developer: bool
    agreed: bool = False
    objected: bool = False
    said: tuple[Said, ...] = ()


def rules_of(policy: ProgrammePolicy, digest: Digest) -> Rules:
    """Take from a policy what a submission needs. digest: of the policy file's bytes."""
    return Rules(
        policy=digest,
        maximum_days=policy.window.maximum_days,
        extended_maximum_days=policy.window.extended_maximum_days,
        extended_by=policy.window.extended_by,
        warning_days=tuple(sorted(set(policy.window.warning_days), reverse=True)),
        selected_by=policy.partners.selected_by,
        objection_days=policy.determination.objection_days,
        minimum_consultees=policy.determination.minimum_consultees,
        retention_days=policy.retention.maximum_days,
        purposes=policy.purposes,
    )


def terms_digest(terms: Terms) -> Digest:
    """Give what the other side agrees to."""
    return digest_json(to_json(terms))


def is_digest(text: str) -> bool:
    """Tell whether `text` is spelt as a digest."""
    return _DIGEST.fullmatch(text) is not None


def model_faults(model: Model) -> Iterator[str]:
    """Give what is missing before a model can be offered, each as a sentence's end."""
    if not model.name.strip() or not model.checkpoint.strip():
        yield "a name and a checkpoint"
    digests = (model.digest, model.endpoint, model.credentials, model.elicitation, model.ml_bom)
    if not all(one is None or is_digest(one) for one in digests):
        yield "digests of the form sha256: and 64 hexadecimal digits"
    if not model.modalities:
        yield "at least one modality"
    names = [one.name for one in model.variants]
    if not names or len(set(names)) < len(names):
        yield "at least one variant, each with a name of its own"
    if not model.scope:
        yield "at least one capability in its scope"
