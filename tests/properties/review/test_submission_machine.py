"""Whatever is asked of a submission, its history keeps rules that were written a second time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from made_up_case import (
    ACTORS,
    CREDENTIALS,
    DAY,
    DETERMINED,
    MODEL,
    PLAN,
    RECOMMENDED,
    REPORT,
    RULES,
    STATEMENT,
    STEPS,
    TERMS,
    Driven,
    digest,
)
from submission_history import Happened, broken_rules, last, stage_of

from seatrial.core.ledger.aggregate import NotPossibleError, fold, read_event
from seatrial.core.people import PartyId
from seatrial.core.record import from_json, to_json
from seatrial.core.stages import Side, stay
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import terms_digest
from seatrial.review.submission.state import Stage, Submission, Work
from seatrial.review.submission.table import SIDES, STAGES, WORK

OTHER_TERMS = replace(TERMS, retention_days=10)
PARTNER = PartyId("grid")
HOURS = st.sampled_from([0, 0, 1, 30, 24 * 6, 24 * 14, 24 * 21, 24 * 100])
ENDINGS = {
    e.Withdrawn,
    e.Declined,
    e.Closed,
    e.Released,
    e.AccessRevoked,
    e.WindowExpired,
    e.Amended,
    e.ReleasePlanned,
    w.ReportRendered,
}
AGAIN = {Stage.DRAFT: "offered", Stage.OFFERED: "agreed", Stage.AGREED: "accepted"}
LIKELY = {
    Side.DEVELOPER: ["developer"] * 8,
    Side.PROGRAMME: ["evaluator", "official"] * 4,
    Side.SOFTWARE: ["timer"] * 8,
    Side.PERSON: ["developer", "evaluator"] * 4,
    Side.ANYONE: [],
    None: [],
}
NAMES = st.sampled_from(["a", "b"])
ENDS = st.sampled_from([-1, 1, 5, 20, 30, 31])
AUDIENCES = st.sampled_from(list(e.Audience))


def commands(case: Driven) -> dict[type[object], st.SearchStrategy[Any]]:
    """Anything that might be asked, by kind, with facts that fit often enough to be taken."""
    now, objections = case.at, case.state.objections
    window = case.state.window
    # Around now, and around the window's end and its latest end.
    around = [now, window.ends_at, window.opened_at + 25 * DAY] if window else [now]
    ends = st.builds(lambda at, days: at + days * DAY, st.sampled_from(around), ENDS)
    trial = st.sampled_from(["t1", "t2", "t3"])
    texts = NAMES.map(digest)
    terms = st.sampled_from([TERMS, OTHER_TERMS])
    plans = st.sampled_from([PLAN, PLAN, digest("other plan")])
    replies = tuple(w.Reply(objection=one, answer="Weighed.") for one in objections)
    partner, reason = st.just(PARTNER), st.just("So.")
    return {
        e.Drafted: st.just(e.Drafted(model=MODEL, rules=RULES)),
        e.Amended: st.just(e.Amended(model=MODEL)),
        e.Offered: st.builds(e.Offered, terms=terms),
        e.TermsProposed: st.builds(e.TermsProposed, terms=terms),
        e.TermsAgreed: st.builds(e.TermsAgreed, terms=terms.map(terms_digest)),
        e.Accepted: st.just(e.Accepted()),
        e.Declined: st.just(e.Declined(reason="No.")),
        e.AccessGranted: st.builds(e.AccessGranted, ends_at=ends, credentials=st.just(CREDENTIALS)),
        e.WindowExtended: st.builds(e.WindowExtended, ends_at=ends),
        e.WindowShortened: st.builds(e.WindowShortened, ends_at=ends),
        e.WindowExpired: st.just(e.WindowExpired()),
        e.WindowWarned: st.builds(e.WindowWarned, days=st.sampled_from(RULES.warning_days)),
        e.AccessRevoked: st.builds(e.AccessRevoked, ending=st.sampled_from(list(e.Ending))),
        e.PartnerProposed: st.builds(e.PartnerProposed, partner=partner, reason=reason),
        e.PartnerAgreed: st.builds(e.PartnerAgreed, partner=partner, reason=reason),
        e.PartnerObjected: st.builds(e.PartnerObjected, partner=partner, reason=reason),
        e.ReleasePlanned: st.builds(
            e.ReleasePlanned, audience=AUDIENCES, on=st.one_of(st.none(), ends)
        ),
        e.Released: st.builds(e.Released, audience=AUDIENCES),
        e.Withdrawn: st.just(e.Withdrawn()),
        e.Closed: st.just(e.Closed(reason="Done.")),
        e.Purged: st.just(e.Purged()),
        w.PlanProposed: st.builds(w.PlanProposed, plan=plans),
        w.PlanCommented: st.builds(w.PlanCommented, text=texts),
        w.PlanSigned: st.builds(w.PlanSigned, plan=plans),
        w.TrialStarted: st.builds(w.TrialStarted, trial=trial, variant=st.just("bare"), plan=plans),
        w.TrialEnded: st.builds(
            w.TrialEnded, trial=trial, statement=st.sampled_from([None, STATEMENT])
        ),
        w.IntegrityReviewed: st.just(w.IntegrityReviewed(reviewers=("a", "b"), record=digest("i"))),
        w.ReportRendered: st.just(REPORT),
        w.CorrectionAsked: st.builds(w.CorrectionAsked, text=texts),
        w.CorrectionAnswered: st.builds(
            w.CorrectionAnswered, text=texts, taken=st.booleans(), reason=reason
        ),
        w.Objected: st.builds(w.Objected, text=texts),
        w.ObjectionsRested: st.just(w.ObjectionsRested()),
        w.Recommended: st.just(RECOMMENDED),
        w.Determined: st.sampled_from([DETERMINED, replace(DETERMINED, replies=replies)]),
    }


def likely(case: Driven) -> list[type[object]]:
    """Give the kinds that the tables let through now: only to ask for them more often.

    What leads to an end comes less often, so that there is time for the rest.
    """
    return [
        kind
        for kind, moves in STAGES.items()
        if case.state.stage in moves and case.state.work in WORK.get(kind, stay(*Work))
        for _ in range(1 if kind in ENDINGS else 4)
    ]


class SubmissionMachine(RuleBasedStateMachine):
    """Goes the straight way and leaves it, at any moment, by anyone."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Driven(aggregate=SUBMISSION)
        self.way = 0

    @initialize(steps=st.integers(1, len(STEPS)))
    def go_some_way(self, steps: int) -> None:
        for step in list(STEPS)[:steps]:
            STEPS[step](self.case)
        # Steps up to acceptance are found by the stage; what is left starts with the plan.
        self.way = max(steps, list(STEPS).index("plan proposed"))

    @rule(data=st.data(), hours=HOURS, anything=st.integers(0, 9))
    def ask(self, data: st.DataObject, hours: int, anything: int) -> None:
        choices = commands(self.case)
        kinds = likely(self.case) if anything else list(choices)
        wanted = data.draw(choices[data.draw(st.sampled_from(kinds))])
        who = data.draw(st.sampled_from([*ACTORS, *LIKELY[SIDES.get(type(wanted))]]))
        try:
            self.case.do(wanted, who, after=timedelta(hours=hours))
        except NotPossibleError:
            return

    @rule(data=st.data(), hours=HOURS)
    def ask_soon(self, data: st.DataObject, hours: int) -> None:
        """The same again, so that asking comes more often than going on."""
        self.ask(data, hours=min(hours, 30), anything=1)

    @precondition(lambda self: self.case.state.stage is Stage.OPEN)
    @rule(days=st.integers(-3, 15), kind=st.sampled_from(["extend", "plan", "warn"]))
    def move_the_end(self, days: int, kind: str) -> None:
        """What concerns the window's end, near it: rare among everything that may be asked."""
        ends_at = self.case.state.window.ends_at
        wanted, who = {
            "extend": (e.WindowExtended(ends_at=ends_at + days * DAY), "developer"),
            "plan": (
                e.ReleasePlanned(audience=e.Audience.TRUSTED_PARTNERS, on=ends_at - days * DAY / 2),
                "developer",
            ),
            "warn": (e.WindowWarned(days=RULES.warning_days[days % 2]), "timer"),
        }[kind]
        try:
            self.case.do(wanted, who)
        except NotPossibleError:
            return

    @precondition(lambda self: self.case.state.stage is Stage.OPEN)
    @rule(who=st.sampled_from(["developer", "evaluator"]), released=st.booleans())
    def end_access_early(self, who: str, *, released: bool) -> None:
        wanted: object = e.AccessRevoked(ending=e.Ending.REVOKED)
        if released and who == "developer":
            wanted = e.Released(audience=e.Audience.TRUSTED_PARTNERS)
        try:
            self.case.do(wanted, who)
        except NotPossibleError:
            return

    @precondition(lambda self: self.case.state.plan)
    @rule()
    def try_a_trial(self) -> None:
        """Whatever happened to access and plan meanwhile."""
        wanted = w.TrialStarted(
            trial=f"t{len(self.case.entries)}", variant="bare", plan=self.case.state.plan
        )
        try:
            self.case.do(wanted, "timer")
        except NotPossibleError:
            return

    @precondition(lambda self: self.case.state.stage is Stage.ACCEPTED)
    @rule()
    def amend_late(self) -> None:
        self.case.do(e.Amended(model=MODEL), "developer")

    @precondition(lambda self: self.case.state.stage is Stage.ACCEPTED)
    @rule(days=st.integers(-1, 60))
    def grant_access(self, days: int) -> None:
        ends_at = self.case.at + days * DAY
        try:
            self.case.do(e.AccessGranted(ends_at=ends_at, credentials=CREDENTIALS), "developer")
        except NotPossibleError:
            return

    @precondition(lambda self: self.case.state.stage is Stage.OPEN)
    @rule(before=st.sampled_from([0, 1, 1, 6]))
    def let_the_window_pass(self, before: int) -> None:
        self.case.at = max(self.case.at, self.case.state.window.ends_at - before * DAY)

    @precondition(lambda self: self.way < len(STEPS))
    @rule(hurry=st.booleans())
    def go_on(self, *, hurry: bool) -> None:
        """Try the next step of the straight way, before its time when in a hurry.

        What an amendment took back is gone through again.
        """
        again = AGAIN.get(self.case.state.stage)
        self.case.hurry = hurry
        try:
            STEPS[again or list(STEPS)[self.way]](self.case)
        except NotPossibleError:
            return
        else:
            self.way += again is None
        finally:
            self.case.hurry = False

    @invariant()
    def history_keeps_the_rules(self) -> None:
        assert broken_rules(self.history) == []

    @invariant()
    def stage_is_what_the_history_tells(self) -> None:
        if self.case.entries:
            assert self.case.state.stage == stage_of(self.history)

    @invariant()
    def withdrawal_and_release_are_possible(self) -> None:
        if not self.case.entries:
            return
        setting = self.case.setting("developer")
        if last(self.history, e.Withdrawn) < 0:
            assert SUBMISSION.decide(self.case.state, e.Withdrawn(), setting)
        for audience in e.Audience:
            wanted = e.Released(audience=audience)
            if not any(one.event == wanted for one in self.history):
                assert SUBMISSION.decide(self.case.state, wanted, setting)

    @invariant()
    def state_is_the_fold_of_the_entries_and_a_record(self) -> None:
        if self.case.entries:
            assert fold(SUBMISSION, self.case.entries) == self.case.state
            row = to_json(self.case.state)
            assert from_json(Submission, row, place="row") == self.case.state

    @property
    def history(self) -> list[Happened]:
        return [
            Happened(
                event=read_event(SUBMISSION, one, place="entry"),
                at=one.at,
                person=one.actor.person,
                party=one.actor.party,
            )
            for one in self.case.entries
        ]


SubmissionMachine.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSubmission = SubmissionMachine.TestCase
