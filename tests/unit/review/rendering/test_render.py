"""Three renderings of one case; a leak test proves them apart."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import get_args, get_type_hints

import pytest
from made_up_case import DETERMINED, digest, submission_at

from seatrial.core.people import PartyId, PersonId
from seatrial.core.problem import BadInputError
from seatrial.review.interval import Interval
from seatrial.review.recommendation import Answer, Recommendation
from seatrial.review.rendering.audience import (
    Audience,
    for_annex,
    for_everyone,
    restricted_values,
    select,
)
from seatrial.review.rendering.case_report import CaseReport, case_report
from seatrial.review.rendering.leaks import find_leaks
from seatrial.review.rendering.render import LeakError, render_case
from seatrial.review.report import NO_ENDORSEMENT
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.thresholds import Comparator

MEASURED = Recommendation(
    capability="vulnerability_discovery",
    answer=Answer.ABOVE,
    threshold=0.5,
    comparator=Comparator.AT_LEAST,
    budget=100_000,
    tasks=40,
    rate=0.8,
    interval=Interval(low=0.6, high=0.9),
    why="Secret criterion 7b lies below the whole interval.",
)
HELD_OUT = "Held-out family kestrel-nine was solved twice."
DEVELOPER_NOTE = "Refusals came in the scaffold's third turn."


def case() -> CaseReport:
    driven = submission_at("recommended")
    driven.do(w.Objected(text=digest("objection")), "developer")
    driven.do(w.ObjectionsRested(), "developer")
    reply = w.Reply(objection=digest("objection"), answer="The budget was the plan's, as agreed.")
    consulted = w.Consulted(
        person=PersonId("cora"), party=PartyId("ministry"), view="We saw the same last spring."
    )
    driven.do(replace(DETERMINED, replies=(reply,), consultees=(consulted,)), "official")
    return case_report(
        driven.state,
        (MEASURED,),
        public_words=("The review took two days of the window.",),
        developer_notes=(DEVELOPER_NOTE,),
        annex_notes=(HELD_OUT,),
    )


CASE = case()


@pytest.mark.parametrize("audience", list(Audience))
def test_every_rendering_says_what_it_is_not(audience: Audience) -> None:
    shown = json.loads(render_case(CASE, audience).content)

    assert shown["case"]["statement"] == NO_ENDORSEMENT
    assert shown["audience"] == audience.value
    assert shown["case"]["determination"]["official"] == "olaf"
    assert shown["case"]["determination"]["consultees"][0]["person"] == "cora"


def test_each_audience_sees_its_own() -> None:
    public, developer, annex = (render_case(CASE, one).content.decode() for one in Audience)

    assert [HELD_OUT in one for one in (public, developer, annex)] == [False, False, True]
    assert [DEVELOPER_NOTE in one for one in (public, developer, annex)] == [False, True, True]
    assert [DETERMINED.reasons in one for one in (public, developer, annex)] == [False, True, True]
    assert ["last spring" in one for one in (public, developer, annex)] == [False, True, True]
    assert ["threshold" in json.loads(one)["case"]["results"][0] for one in
            (public, developer, annex)] == [False, False, True]  # fmt: skip


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.DEVELOPER])
def test_no_restricted_value_survives_in_a_lower_rendering(audience: Audience) -> None:
    """A second formulation: over every restricted text, not only those that rendering looks at."""
    secrets = {path: text for path, text in restricted_values(CASE, audience) if len(text) > 12}
    content = render_case(CASE, audience).content.decode()

    assert "annex_notes[0]" in secrets
    shown = [one.secret for one in find_leaks(content, secrets)]
    assert [path for path in shown if secrets[path] not in content] == []
    # What is restricted in one place and shown in another, by right, is the same digest.
    assert all(secrets[path].startswith("sha256:") for path in shown)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda one: base64.b64encode(one.encode()).decode(),
    "hex": lambda one: one.encode().hex(),
    "percent": lambda one: "".join(f"%{b:02x}" for b in one.encode()),
    "JSON-escaped": lambda one: "".join(f"\\u{ord(c):04x}" for c in one),
    "reversed": lambda one: one[::-1],
    "split": lambda one: f"{one[:15]} and so on. {one[15:30]} was seen; {one[30:]}",
}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.DEVELOPER])
def test_a_planted_secret_stops_the_rendering(form: str, audience: Audience) -> None:
    planted = FORMS[form](HELD_OUT)
    told = (
        replace(CASE, public_words=(planted,))
        if audience is Audience.PUBLIC
        else replace(CASE, developer_notes=(planted,))
    )

    with pytest.raises(LeakError, match=r"annex_notes\[0\]"):
        render_case(told, audience)
    assert render_case(told, Audience.ANNEX).content


def test_a_secret_split_over_fields_stops_the_rendering() -> None:
    pieces = tuple(HELD_OUT[n : n + 12] for n in range(0, len(HELD_OUT), 12))

    with pytest.raises(LeakError, match=r"annex_notes\[0\] \(plain"):
        render_case(replace(CASE, public_words=pieces), Audience.PUBLIC)


@pytest.mark.parametrize("name", ["Lighthouse 2", "Lighthouse 2 raw", "memory-safety discovery"])
def test_a_variants_name_that_the_developer_tells_itself_stops_nothing(name: str) -> None:
    model = replace(
        CASE.model,
        name="Lighthouse 2",
        scope=("memory-safety discovery",),
        variants=(replace(CASE.model.variants[0], name=name),),
    )
    tried = replace(CASE, model=model, trials=(replace(CASE.trials[0], variant=name),))

    assert render_case(tried, Audience.PUBLIC).content


def test_a_variants_name_is_told_by_nobody_else() -> None:
    model = replace(CASE.model, variants=(replace(CASE.model.variants[0], name="bare-metal"),))

    with pytest.raises(LeakError, match=r"model\.variants\[0\]\.name"):
        render_case(replace(CASE, model=model, public_words=("On bare metal.",)), Audience.PUBLIC)


def test_our_own_words_hint_at_no_permission_and_a_partys_stay_unaltered() -> None:
    with pytest.raises(BadInputError, match=r"public_words\[0\]: 'cleared'"):
        render_case(replace(CASE, public_words=("It is cleared.",)), Audience.PUBLIC)

    named = replace(CASE, model=replace(CASE.model, name="Cleared-1 (approved)"))
    shown = json.loads(render_case(named, Audience.PUBLIC).content)
    assert shown["case"]["model"]["name"] == "Cleared-1 (approved)"


def test_the_same_case_gives_the_same_bytes() -> None:
    assert render_case(CASE, Audience.ANNEX) == render_case(case(), Audience.ANNEX)
    digests = {render_case(CASE, one).digest for one in Audience}
    assert len(digests) == 3


def records(kind: type[object]) -> set[type[object]]:
    """Give a record type and those of its fields."""
    found = {kind}
    for hint in get_type_hints(kind).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and is_dataclass(one):
                found |= records(one)
    return found


def test_every_field_is_marked() -> None:
    kinds = records(CaseReport)
    unmarked = [(kind, one.name) for kind in kinds for one in fields(kind) if not one.metadata]  # type: ignore[arg-type]  # all are records

    assert len(kinds) > 6
    assert unmarked == []


def test_a_field_without_a_mark_is_shown_to_nobody() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Forgotten:
        seen: str = field(default="x", metadata=for_everyone())
        hidden: str = field(default="y", metadata=for_annex())
        unmarked: str = "z"

    for audience in Audience:
        with pytest.raises(TypeError, match="unmarked is marked for no audience"):
            select(Forgotten(), audience)


def test_a_case_without_trial_or_determination_renders() -> None:
    driven = submission_at("open")
    driven.do(e.AccessRevoked(ending=e.Ending.REVOKED), "developer")
    shown = json.loads(render_case(case_report(driven.state, ()), Audience.PUBLIC).content)

    assert shown["case"]["determination"] is None
    assert shown["case"]["window"]["ending"] == "revoked"
