"""Rescans: what the rules take is what the same rules, over lists, find whole."""

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from made_up_case import digest
from submission_history import History

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId
from seatrial.review.rescan.aggregate import (
    RESCAN,
    CaseJudged,
    CaseMissed,
    CaseScanned,
    Finished,
    Ordered,
    Stage,
    cases_found,
    cases_left,
    cases_to_judge,
)

from .test_programme_machines import HOURS, QUICK
from .test_rules_in_two_forms import NO_DIGEST, WHO, TwoForms, begins_with

CASES = [CaseId("c1"), CaseId("c2"), CaseId("c3")]
COUNTS = st.integers(-1, 3)
ORDERED = st.one_of(st.just(tuple(CASES)), st.lists(st.sampled_from(CASES), max_size=3).map(tuple))
ODD = st.sampled_from([("d", "1")] * 4 + [("", "1"), ("  ", "1"), ("d", ""), ("d", "  ")])
"""Detector and version."""

Result = CaseScanned | CaseMissed


def ordered_in_full(history: History) -> Iterator[str]:
    for one in history:
        if isinstance(one.event, Ordered):
            event = one.event
            if not (event.detector.strip() and event.version.strip()):
                yield "no detector"
            if event.rules == NO_DIGEST:
                yield "no digest"
            if not event.purpose.strip():
                yield "no purpose"
            if len({*event.cases}) != len(event.cases) or not event.cases:
                yield "no case, or one twice"


def one_result_for_each_ordered_case(history: History) -> Iterator[str]:
    results = [one.event.case for one in history if isinstance(one.event, Result)]
    ordered = [x for one in history if isinstance(one.event, Ordered) for x in one.event.cases]
    for case in set(results):
        if results.count(case) > 1 or case not in ordered:
            yield f"{results.count(case)} results for {case}"
    ends = [place for place, one in enumerate(history) if isinstance(one.event, Finished)]
    if not ends:
        return
    later = [one for one in history[ends[0] + 1 :] if not isinstance(one.event, CaseJudged)]
    if set(results) < set(ordered) or later:
        yield "finished early, or something after it"


def a_person_judges_once_what_was_found(history: History) -> Iterator[str]:
    for place, one in enumerate(history):
        if not isinstance(one.event, CaseJudged):
            continue
        before = [other.event for other in history[:place]]
        hits = [x for x in before if isinstance(x, CaseScanned) and x.case == one.event.case]
        if not any(x.found for x in hits):
            yield "judged what was not found"
        if any(isinstance(x, CaseJudged) and x.case == one.event.case for x in before):
            yield "judged twice"
        if one.person is None or one.event.record == NO_DIGEST:
            yield "judged by nobody, or without reasons"


def results_can_be(history: History) -> Iterator[str]:
    for one in history:
        if isinstance(one.event, CaseScanned) and (
            one.event.found not in range(one.event.scanned + 1)
            or one.event.record == NO_DIGEST
            or one.event.unread < 0
        ):
            yield "an impossible result"
        if isinstance(one.event, CaseMissed) and not one.event.reason.strip():
            yield "missed without a reason"


class RescanMachine(TwoForms):
    aggregate = RESCAN
    kept = (
        begins_with(Ordered),
        ordered_in_full,
        one_result_for_each_ordered_case,
        results_can_be,
        a_person_judges_once_what_was_found,
    )

    @initialize(
        odd=ODD,
        rules=st.sampled_from([digest("d")] * 4 + [NO_DIGEST]),
        cases=ORDERED,
        purpose=st.sampled_from(["audit"] * 4 + ["", "  "]),
    )
    def begin(
        self, odd: tuple[str, str], rules: Digest, cases: tuple[CaseId, ...], purpose: str
    ) -> None:
        detector, version = odd
        self.ask(
            Ordered(detector=detector, version=version, rules=rules, cases=cases, purpose=purpose)
        )
        if not self.driven.entries:
            self.order(cases=tuple(CASES), who="official")

    @rule(cases=ORDERED, who=WHO)
    def order(self, cases: tuple[CaseId, ...], who: str) -> None:
        self.ask(
            Ordered(detector="d", version="1", rules=digest("d"), cases=cases, purpose="audit"),
            who,
        )

    @rule(
        case=st.sampled_from(CASES),
        counts=st.tuples(COUNTS, COUNTS),
        record=st.sampled_from([digest("r"), digest("r"), digest("r"), NO_DIGEST]),
        unread=st.sampled_from([0, 0, 0, 2, -1]),
        who=WHO,
    )
    def scan(
        self, case: CaseId, counts: tuple[int, int], record: Digest, unread: int, who: str
    ) -> None:
        scanned, found = counts
        self.ask(
            CaseScanned(case=case, scanned=scanned, found=found, record=record, unread=unread), who
        )

    @rule(
        case=st.sampled_from(CASES),
        confirmed=st.booleans(),
        record=st.sampled_from([digest("j")] * 3 + [NO_DIGEST]),
        who=WHO,
        hours=HOURS,
    )
    def judge(self, case: CaseId, *, confirmed: bool, record: Digest, who: str, hours: int) -> None:
        self.ask(CaseJudged(case=case, confirmed=confirmed, record=record), who, hours)

    @rule(case=st.sampled_from(CASES), reason=st.sampled_from(["destroyed", "", "  "]), who=WHO)
    def miss(self, case: CaseId, reason: str, who: str) -> None:
        self.ask(CaseMissed(case=case, reason=reason), who)

    @rule(who=WHO)
    def finish(self, who: str) -> None:
        self.ask(Finished(), who)

    @invariant()
    def what_is_left_and_found_is_what_the_results_say(self) -> None:
        if not self.driven.entries:
            return
        history = self.history
        assert isinstance(history[0].event, Ordered)
        results = {one.event.case: one.event for one in history if isinstance(one.event, Result)}
        left = [one for one in history[0].event.cases if one not in results]
        shown = [
            one.case for one in results.values() if isinstance(one, CaseScanned) and one.found > 0
        ]
        done = any(isinstance(one.event, Finished) for one in history)
        assert list(cases_left(self.driven.state)) == left
        assert list(cases_found(self.driven.state)) == shown
        judged = {one.event.case for one in history if isinstance(one.event, CaseJudged)}
        assert set(cases_to_judge(self.driven.state)) == set(shown) - judged
        assert (self.driven.state.stage is Stage.DONE) == done
        assert self.driven.state.ordered_at == history[0].at


RescanMachine.TestCase.settings = QUICK
TestRescan = RescanMachine.TestCase
