"""Render a case for one audience, and prove that it tells nothing of the others'."""

from dataclasses import dataclass

from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.problem import RefusedError
from seatrial.core.words import check_issued
from seatrial.review.rendering.audience import (
    Audience,
    own_words,
    restricted_values,
    select,
    shown_values,
)
from seatrial.review.rendering.case_report import CaseReport
from seatrial.review.rendering.leaks import LEAST, find_leaks
from seatrial.review.rendering.letters import plain_letters
from seatrial.review.submission.model import is_digest

SCHEMA = "seatrial.case-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """One audience's document. content: canonical JSON, from which pages are made."""

    audience: Audience
    content: bytes
    digest: Digest


class LeakError(RefusedError):
    """A rendering would tell what its readers must not see; whoever wrote the field mends it."""


def render_case(report: CaseReport, audience: Audience) -> Rendering:
    """Render a case for an audience.

    Raises: LeakError when a value of another audience survives in it, in any form that
    `find_leaks` knows; BadInputError when our own words hint at a permission.
    """
    for path, text in own_words(report):
        check_issued(text, place=f"{audience.value}, {path}")
    content = canonical_json(
        {"schema": SCHEMA, "audience": audience.value, "case": select(report, audience)}
    )
    shown = {text for _, text in shown_values(report, audience)}
    secrets = {
        path: text
        for path, text in restricted_values(report, audience)
        # Too short to be told from chance; or a digest that this audience is shown by right
        # elsewhere, as a statement's is. No other text is excused: it may have been copied there.
        if len(plain_letters(text)) >= LEAST and not (is_digest(text) and text in shown)
    }
    told = _told_by_the_developer(report)
    secrets = {path: text for path, text in secrets.items() if text not in told}
    leaks = find_leaks(content.decode(), secrets)
    if leaks:
        named = ", ".join(f"{one.secret} ({one.form})" for one in leaks)
        raise LeakError(
            f"The {audience.value} would tell {named}.",
            "Take it out of the fields that this audience sees.",
        )
    return Rendering(audience=audience, content=content, digest=digest_bytes(content))


def _told_by_the_developer(report: CaseReport) -> frozenset[str]:
    """Give names of variants that the developer's own public words tell.

    `Example 1 raw`, of the model `Example 1`, is no secret; and no developer can stop a report by
    naming a variant as it names the model.
    """
    model = report.model
    public = " ".join((model.name, model.checkpoint, *model.scope))
    names = {one.name for one in model.variants if len(plain_letters(one.name)) >= LEAST}
    return frozenset(one for one in names if find_leaks(public, {"name": one}))
