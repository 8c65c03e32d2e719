"""`docs/how-to/walk-a-review.md` held against a walk: each row was done, by whom, in order."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "walk-a-review.md"

ROLES = {
    "Dora Developer": "developer",
    "Eva Evaluator": "evaluator",
    "Olof Official": "official",
    "Carl Consultee": "consultee",
    "Hedy Head": "administrator",
}

WAYS: Mapping[str, str] = {
    "ask whether a model is covered": "/coverage/ask",
    "ask back, answer with reasons": "/coverage/INQUIRY/answered",
    "draft: identity": "/submissions/draft",
    "offer it with terms": "CASE/offered",
    "put people into the case": "/team/NAME",
    "sign the nondisclosure agreement": "CASE/nondisclosure",
    "agree to the terms, accept": "CASE/accepted",
    "propose the plan": "CASE/plan-proposed",
    "comment on it": "CASE/plan-commented",
    "sign it: hand in": "CASE/plan-signed",
    "open the window": "CASE/access-granted",
    "or run it with": "CASE/trial-started",
    "sign the integrity review off": "CASE/integrity-reviewed",
    "render the report": "CASE/report-rendered",
    "ask for factual corrections": "CASE/correction-asked",
    "answer them; recommend": "CASE/recommended",
    "object, or say": "CASE/objected",
    "give a view": "CASE/view",
    "determine, answering": "CASE/determined",
    "issue the certificate": "CASE/certify",
}
"""How a row's step begins, and where its form is sent to."""

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "change any of it": ("journeys/portal/test_submission.py", "Amend the model"),
    "choose trusted partners": ("journeys/portal/test_partners.py", "Object to a trusted partner"),
    "tell trusted partners": ("journeys/portal/test_partners.py", "Give trusted partners"),
    "read the notice": ("journeys/portal/test_partners.py", "/partner-notices/"),
    "order the trial": ("contracts/worker/test_pages.py", "/submissions/tried/trials"),
    "read its samples": ("journeys/portal/test_evidence.py", "Samples, transcripts and journals"),
    "check it": ("journeys/portal/stranger.py", "/check/"),
}
"""Rows that another test does: where, and what shows that it is there."""


def rows() -> list[tuple[str, str]]:
    """Give the page's steps with who does them."""
    table = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
    return [(step, who) for step, who, _ in table if step not in ("step", "---")]


def check_walk(done: Sequence[tuple[str, str]], case: str, inquiry: str) -> None:
    """Hold the page against what was done: who sent which form, in order."""
    said = []
    for step, who in rows():
        if any(step.startswith(one) for one in ELSEWHERE):
            continue
        (way,) = (path for start, path in WAYS.items() if step.startswith(start))
        path = way.replace("CASE", f"/submissions/{case}").replace("NAME", case)
        path = path.replace("INQUIRY", inquiry)
        person, place = next(
            ((name, number) for number, (name, sent) in enumerate(done) if sent == path),
            ("nobody", -1),
        )
        said.append((step, who, ROLES.get(person, person), place))
    assert [one for one in said if one[2] not in one[1] and not one[1].startswith("each")] == []
    places = [place for *_, place in said]
    assert places == sorted(places), said
