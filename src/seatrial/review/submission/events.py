"""What happens around a submission: offer, terms, window, partners, release, end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId
from seatrial.review.submission.model import Model, Rules, Terms


class Audience(StrEnum):
    """Whom a release is for. Two dates, never one (R21)."""

    TRUSTED_PARTNERS = "trusted-partners"
    PUBLIC = "public"


class Ending(StrEnum):
    """Why access ended."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A developer began a submission. rules: of the policy in force now."""

    model: Model
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What is offered changed; agreed terms and a proposed plan fall with it."""

    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The developer offered the model under these terms."""

    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsProposed:
    """One side proposed other terms."""

    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAgreed:
    """The side that had not proposed the terms agreed to them. terms: their digest."""

    terms: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The programme took the submission up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The programme did not take it up. reason: shown to the developer."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGranted:
    """The developer gave access: the window is open. credentials: of a sealed blob."""

    ends_at: datetime
    credentials: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowWarned:
    """Everyone concerned was told that the window ends in `days` days."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowExtended:
    """The developer gave more time."""

    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowShortened:
    """The window's end moved to an earlier release. Only follows from a planned release."""

    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowExpired:
    """The window's time ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRevoked:
    """Stored credentials and sessions are void from here on. reason: in words, may be empty."""

    ending: Ending
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerProposed:
    """A side named a trusted partner, with its reason."""

    partner: PartyId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAgreed:
    """A proposed partner is agreed."""

    partner: PartyId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerObjected:
    """The other side objected to a partner, proposed or agreed, with its reason."""

    partner: PartyId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlanned:
    """The developer set, moved or took back (None) a planned release."""

    audience: Audience
    on: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The developer released the model. Never refused for what the review says (R22)."""

    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The developer took the submission back. It owes no reason."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The programme closed the case."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """The case's key is destroyed, sealed content with it. holds: incidents that forbid it."""

    holds: tuple[str, ...] = ()
