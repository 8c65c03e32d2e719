"""Guards of the window and of releases (R21)."""

from datetime import datetime, timedelta

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.moment import show_moment
from seatrial.core.stages import refuse_unless
from seatrial.review.programme.policy import Extender
from seatrial.review.submission.events import (
    AccessGranted,
    AccessRevoked,
    Audience,
    Ending,
    Released,
    ReleasePlanned,
    WindowExpired,
    WindowExtended,
    WindowShortened,
    WindowWarned,
)
from seatrial.review.submission.model import is_digest
from seatrial.review.submission.state import Release, Stage, Submission, Window


def open_window(state: Submission) -> Window:
    """Give the window of a submission whose stage is open."""
    if state.window is None:
        raise TypeError("an open submission has a window")
    return state.window


def check_grant(state: Submission, wanted: AccessGranted, setting: Setting) -> None:
    """Refuse a window that is too long, or that reaches beyond a release."""
    days = state.rules.maximum_days
    _check_end(state, wanted.ends_at, setting.at, setting.at + timedelta(days=days), days)
    refuse_unless(
        is_digest(wanted.credentials),
        "Access needs the digest of the sealed credentials.",
        "Seal them first.",
    )


def check_extension(state: Submission, wanted: WindowExtended, setting: Setting) -> None:
    """Refuse an extension that is not the developer's, no extension, or beyond the maximum."""
    window, days = open_window(state), state.rules.extended_maximum_days
    refuse_unless(
        state.rules.extended_by is Extender.DEVELOPER,
        "The policy knows no extension of windows.",
        "A new submission has a new window.",
    )
    check_lasts(state, setting.at)
    refuse_unless(
        wanted.ends_at > window.ends_at,
        f"The window lasts until {show_moment(window.ends_at)} already.",
        "An extension ends later; to end earlier, revoke access.",
    )
    latest = window.opened_at + timedelta(days=days)
    _check_end(state, wanted.ends_at, setting.at, latest, days)


def _check_end(
    state: Submission, ends_at: datetime, now: datetime, latest: datetime, days: int
) -> None:
    refuse_unless(
        now < ends_at,
        f"The window would end at {show_moment(ends_at)}, which is past.",
        "Choose a later end.",
    )
    refuse_unless(
        ends_at <= latest,
        f"The window would end at {show_moment(ends_at)}; by the policy a window lasts at most"
        f" {days} days, here until {show_moment(latest)}.",
        "Choose an earlier end.",
    )
    released = [bound for one in _releases(state) if (bound := one.released or one.planned)]
    refuse_unless(
        all(ends_at <= bound for bound in released),
        "The window would reach beyond a release of the model, and is the time before it.",
        "Choose an earlier end, or move the planned release first.",
    )


def _releases(state: Submission) -> tuple[Release, Release]:
    return state.trusted_release, state.public_release


def check_lasts(state: Submission, at: datetime) -> None:
    """Refuse what needs a window that has not run out, however late its timer is."""
    ends_at = open_window(state).ends_at
    refuse_unless(
        at < ends_at,
        f"The window ended at {show_moment(ends_at)}.",
        "What needs access needs a new submission.",
    )


def check_warning(state: Submission, wanted: WindowWarned, setting: Setting) -> None:
    """Refuse a warning that is not in the policy, too early, too late or given already."""
    window = open_window(state)
    refuse_unless(
        wanted.days in state.rules.warning_days,
        f"The policy has no warning {wanted.days} days before the end.",
        f"It has: {', '.join(str(days) for days in state.rules.warning_days) or 'none'}.",
    )
    refuse_unless(
        wanted.days not in window.warned,
        f"The warning {wanted.days} days before the end was given.",
        "Nothing is left to do.",
    )
    due = window.ends_at - timedelta(days=wanted.days)
    refuse_unless(
        due <= setting.at < window.ends_at,
        f"The warning is for the time from {show_moment(due)} to {show_moment(window.ends_at)}.",
        "Wait until then.",
    )


def check_expiry(state: Submission, setting: Setting) -> None:
    """Refuse to let a window expire before its time."""
    ends_at = open_window(state).ends_at
    refuse_unless(
        setting.at >= ends_at,
        f"The window lasts until {show_moment(ends_at)}.",
        "Wait until then; a person can revoke access at once.",
    )


def end_access(
    state: Submission, setting: Setting, ending: Ending, reason: str = ""
) -> tuple[AccessRevoked | WindowExpired, ...]:
    """Give how access ends. What comes when the time has run out ends nothing that lasts.

    Its timer may be late: then the window expired, whatever was asked for.
    """
    if setting.at < open_window(state).ends_at:
        return (AccessRevoked(ending=ending, reason=reason),)
    return (WindowExpired(), AccessRevoked(ending=Ending.EXPIRED, reason=reason))


def revoke_access(
    state: Submission, wanted: AccessRevoked, setting: Setting
) -> tuple[AccessRevoked | WindowExpired, ...]:
    """Give what a person's revocation leads to.

    Raises: NotPossibleError under the name of another ending.
    """
    refuse_unless(
        wanted.ending is Ending.REVOKED,
        f"A person cannot enter that access ended because it was {wanted.ending.value}.",
        "Revoke it, giving a reason.",
    )
    return end_access(state, setting, Ending.REVOKED, wanted.reason)


def plan_release(
    state: Submission, wanted: ReleasePlanned, setting: Setting
) -> tuple[ReleasePlanned | WindowShortened, ...]:
    """Give what a planned release leads to: an open window ends no later than it.

    Raises: NotPossibleError for a past moment, and when that release has happened.
    """
    trusted = wanted.audience is Audience.TRUSTED_PARTNERS
    release = state.trusted_release if trusted else state.public_release
    _refuse_second(release, wanted.audience)
    if wanted.on is None:
        return (wanted,)
    refuse_unless(
        wanted.on > setting.at,
        f"The planned release at {show_moment(wanted.on)} is past.",
        "Plan a later one, or enter that the model is released.",
    )
    if state.stage is Stage.OPEN and wanted.on < open_window(state).ends_at:
        return (wanted, WindowShortened(ends_at=wanted.on))
    return (wanted,)


def release(
    state: Submission, wanted: Released, setting: Setting
) -> tuple[Released | AccessRevoked | WindowExpired, ...]:
    """Give what a release leads to: it ends an open window.

    Raises: NotPossibleError only when the same release was entered before.
    """
    trusted = wanted.audience is Audience.TRUSTED_PARTNERS
    _refuse_second(state.trusted_release if trusted else state.public_release, wanted.audience)
    if state.stage is Stage.OPEN:
        return (wanted, *end_access(state, setting, Ending.RELEASED))
    return (wanted,)


def _refuse_second(release: Release, audience: Audience) -> None:
    if release.released is not None:
        raise NotPossibleError(
            f"The release to {audience.value.replace('-', ' ')} was entered at"
            f" {show_moment(release.released)}.",
            "Nothing is left to do.",
        )
