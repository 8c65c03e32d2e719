"""The sentence of each refusal."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made_up_case import (
    DAY,
    DETERMINED,
    MODEL,
    PLAN,
    RECOMMENDED,
    REPORT,
    RULES,
    START,
    STATEMENT,
    TERMS,
    digest,
    submission_at,
)

from seatrial.core.canonical import Digest
from seatrial.core.people import PartyId, PersonId
from seatrial.core.problem import BadInputError
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.model import terms_digest

BAD_DIGEST = Digest("sha256:1")
PURPOSES = ", ".join(RULES.purposes)

REFUSALS: list[tuple[str, object, str, timedelta, str]] = [
    ("draft", e.Drafted(model=MODEL, rules=RULES), "developer", 0 * DAY,
     "The submission is draft: drafted is not possible now."),
    ("draft", e.Offered(terms=TERMS), "evaluator", 0 * DAY,
     "Offered can only be entered by the developer."),
    ("draft", e.Offered(terms=replace(TERMS, purposes=("training",))), "developer", 0 * DAY,
     f"The terms' purposes must be among {PURPOSES}; not among them: training."),
    ("draft", e.Offered(terms=replace(TERMS, purposes=())), "developer", 0 * DAY,
     f"The terms' purposes must be among {PURPOSES}, at least one."),
    ("draft", e.Offered(terms=replace(TERMS, retention_days=400)), "developer", 0 * DAY,
     "The terms keep sealed content for 400 days; the policy's most is 365."),
    ("draft", e.Offered(terms=replace(TERMS, nondisclosure=BAD_DIGEST)), "developer", 0 * DAY,
     "The terms name no nondisclosure agreement by its digest."),
    ("draft", e.Amended(model=replace(MODEL, variants=())), "developer", 0 * DAY,
     "The model needs at least one variant, each with a name of its own."),
    ("draft", e.Amended(model=replace(MODEL, name=" ", scope=())), "developer",
     0 * DAY,
     "The model needs a name and a checkpoint; at least one capability in its scope."),
    ("draft", e.Amended(model=replace(MODEL, ml_bom=BAD_DIGEST)), "developer", 0 * DAY,
     "The model needs digests of the form sha256: and 64 hexadecimal digits."),
    ("draft", e.Accepted(), "evaluator", 0 * DAY,
     "The submission is draft: accepted is not possible now."),
    ("offered", e.TermsAgreed(terms=terms_digest(TERMS)), "developer", 0 * DAY,
     "Whoever proposed the terms cannot agree to them for the other side."),
    ("offered", e.TermsAgreed(terms=digest("other")), "evaluator", 0 * DAY,
     "These are not the terms that were last proposed."),
    ("offered", e.Declined(reason=""), "evaluator", 0 * DAY, "A refusal goes on record."),
    ("agreed", e.Accepted(), "developer", 0 * DAY,
     "Accepted can only be entered by the programme."),
    ("accepted", e.PartnerProposed(partner=PartyId("grid"), reason=" "), "developer", 0 * DAY,
     "Selection of partners goes on record."),
    ("accepted", e.PartnerProposed(partner=PartyId("lab"), reason="Knows it."), "evaluator",
     0 * DAY, "The developer is no trusted partner of its own model."),
    ("accepted", e.PartnerAgreed(partner=PartyId("grid"), reason="Good."), "evaluator", 0 * DAY,
     "grid is not proposed."),
    ("accepted", w.TrialStarted(trial="t", variant="bare", plan=PLAN), "timer", 0 * DAY,
     "The submission is accepted: trial started is not possible now."),
    ("plan proposed", w.PlanSigned(plan=digest("other")), "evaluator", 0 * DAY,
     "This is not the plan that was proposed."),
    ("plan proposed", w.PlanCommented(text=BAD_DIGEST), "developer", 0 * DAY,
     "A digest is spelt sha256: and 64 hexadecimal digits."),
    ("open", w.TrialStarted(trial="t", variant="bare", plan=digest("other")), "timer", 0 * DAY,
     "The trial's plan is not the signed one."),
    ("open", w.TrialStarted(trial="t", variant="tuned", plan=PLAN), "timer", 0 * DAY,
     "The submission offers no variant 'tuned'."),
    ("open", w.TrialStarted(trial="t", variant="bare", plan=PLAN), "timer", 20 * DAY,
     "The window ended at 2026-06-22T14:00:00.000Z."),
    ("open", e.WindowExpired(), "timer", 19 * DAY,
     "The window lasts until 2026-06-22T14:00:00.000Z."),
    ("open", e.WindowExpired(), "evaluator", 20 * DAY,
     "Window expired can only be entered by a timer or workflow of the software."),
    ("open", e.WindowWarned(days=3), "timer", 0 * DAY,
     "The policy has no warning 3 days before the end."),
    ("open", e.WindowWarned(days=7), "timer", 12 * DAY,
     "The warning is for the time from 2026-06-15T14:00:00.000Z to 2026-06-22T14:00:00.000Z."),
    ("open", e.WindowShortened(ends_at=START), "evaluator", 0 * DAY,
     "This only follows from something else."),
    ("open", e.AccessRevoked(ending=e.Ending.EXPIRED), "evaluator", 0 * DAY,
     "A person cannot enter that access ended because it was expired."),
    ("open", e.Withdrawn(), "evaluator", 0 * DAY,
     "Withdrawn can only be entered by the developer."),
    ("trial", w.TrialEnded(trial="t2", statement=None), "timer", 0 * DAY,
     "The trial that runs is t1, not 't2'."),
    ("trial ended", w.TrialStarted(trial="t1", variant="bare", plan=PLAN), "timer", 0 * DAY,
     "A trial 't1' is on record."),
    ("trial ended", w.IntegrityReviewed(reviewers=("rules", "Rules "), record=digest("i")),
     "evaluator", 0 * DAY,
     "Every transcript needs 2 independent reviewers before a person signs off."),
    ("ended", replace(REPORT, public_summary=REPORT.confidential_annex), "evaluator", 0 * DAY,
     "Two of the three renderings are the same document."),
    ("ended", w.TrialStarted(trial="t2", variant="bare", plan=PLAN), "timer", 0 * DAY,
     "The submission is ended: trial started is not possible now."),
    ("reported", replace(RECOMMENDED, report=REPORT.public_summary), "evaluator", 0 * DAY,
     "The recommendation must rest on the present report."),
    ("reported", replace(RECOMMENDED, answers=()), "evaluator", 0 * DAY,
     "The recommendation answers nothing."),
    ("reported", w.CorrectionAnswered(text=digest("c"), taken=True, reason="So it is."),
     "evaluator", 0 * DAY, "No correction with this text waits for an answer."),
    ("reported", DETERMINED, "official", 9 * DAY,
     "The review is reported: determined is not possible now."),
    ("recommended", DETERMINED, "official", 4 * DAY,
     "The developer can object until 2026-06-27T14:00:00.000Z."),
    ("recommended", DETERMINED, "evaluator", 5 * DAY,
     "A determination is entered by the official whom it names, with the office."),
    ("recommended", replace(DETERMINED, official=PersonId("eva")), "evaluator", 5 * DAY,
     "Whoever recommended cannot determine."),
    ("recommended", replace(DETERMINED, consultees=()), "official", 5 * DAY,
     "The policy asks for at least 1 consultees, each named once and none of them the official."),
    ("recommended", replace(DETERMINED, reasons="\n"), "official", 5 * DAY,
     "A determination has no reasons."),
    ("recommended", replace(DETERMINED, evidence=(STATEMENT,)), "official", 5 * DAY,
     "The evidence must be digests, with that of the recommended report among them."),
    ("recommended", replace(DETERMINED, replies=(w.Reply(objection=digest("o"), answer="No."),)),
     "official", 5 * DAY,
     "The determination answers 1 of 0 objections on record, or some other."),
    ("closed", e.Purged(), "timer", 89 * DAY,
     "By the terms sealed content stays until 2026-09-25T14:00:00.000Z."),
    ("closed", e.Purged(holds=("incident/1",)), "timer", 90 * DAY,
     "Incidents hold the sealed content: incident/1."),
    ("closed", e.Closed(reason="Again."), "evaluator", 0 * DAY,
     "The submission is closed: closed is not possible now."),
]  # fmt: skip


@pytest.mark.parametrize(("step", "wanted", "who", "after", "sentence"), REFUSALS)
def test_a_refusal_says_why(
    step: str, wanted: object, who: str, after: timedelta, sentence: str
) -> None:
    assert submission_at(step).refused(wanted, who, after) == sentence


TEXT = digest("text")
HINT = "It is cleared."


@pytest.mark.parametrize(
    ("before", "wanted", "who", "days"),
    [
        (("offered",), e.Declined(reason=HINT), "evaluator", 0),
        (("ended",), e.Closed(reason=HINT), "evaluator", 0),
        (
            ("reported", w.CorrectionAsked(text=TEXT)),
            w.CorrectionAnswered(text=TEXT, taken=False, reason=HINT),
            "evaluator",
            0,
        ),
        (
            ("recommended", w.Objected(text=TEXT)),
            replace(DETERMINED, replies=(w.Reply(objection=TEXT, answer=HINT),)),
            "official",
            9,
        ),
    ],
)
def test_no_word_of_the_programmes_hints_at_a_permission(
    before: tuple[str, *tuple[object, ...]], wanted: object, who: str, days: int
) -> None:
    stage, *asked = before
    case = submission_at(stage)
    for one in asked:
        case.do(one, "developer")

    with pytest.raises(BadInputError, match="'cleared'"):
        case.do(wanted, who, after=days * DAY)


@pytest.mark.parametrize("stage", ["offered", "open", "recommended"])
def test_a_developers_own_words_are_taken_as_they_are(stage: str) -> None:
    case = submission_at(stage)
    case.do(e.Withdrawn(reason="We were never licensed for it. \u202e\x00"), "developer")

    assert case.entries[-1].facts["reason"] == "We were never licensed for it. \u202e\x00"
