"""A made-up review: parties, a model, terms, and a case that tests drive command by command."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.aggregate import (
    Aggregate,
    NotPossibleError,
    Setting,
    event_facts,
    read_event,
)
from seatrial.core.ledger.entry import Entry, StreamId
from seatrial.core.people import Actor, PartyId, PersonId
from seatrial.review.programme.policy import ProgrammePolicy, parse_programme
from seatrial.review.recommendation import Answer
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import (
    Modality,
    Model,
    Rules,
    Terms,
    Variant,
    rules_of,
    terms_digest,
)
from seatrial.review.submission.state import Submission
from seatrial.review.trial import Safeguards

ROOT = Path(__file__).parents[2]
START = datetime(2026, 6, 2, 14, tzinfo=UTC)
DAY = timedelta(days=1)


def digest(name: str) -> Digest:
    """Give the digest of a made-up document."""
    return digest_bytes(name.encode())


def actor(person: str | None, party: str | None) -> Actor:
    return Actor(
        person=PersonId(person) if person else None,
        party=PartyId(party) if party else None,
        by="test",
    )


ACTORS = {
    "developer": actor("dana", "lab"),
    "evaluator": actor("eva", "agency"),
    "official": actor("olaf", "agency"),
    "timer": actor(None, None),
}
POLICY: ProgrammePolicy = parse_programme(
    (ROOT / "policy" / "programme-example.toml").read_text(), place="programme-example.toml"
)
RULES: Rules = rules_of(POLICY, digest("policy"))
MODEL = Model(
    name="Model M",
    checkpoint="m-2026-05",
    digest=digest("weights"),
    modalities=(Modality.TEXT,),
    variants=(
        Variant(name="as released", safeguards=Safeguards.ON),
        Variant(name="bare", safeguards=Safeguards.OFF),
    ),
    scope=("vulnerability_discovery",),
    endpoint=digest("endpoint"),
)
TERMS = Terms(
    purposes=("evaluation", "determination"),
    retention_days=90,
    nondisclosure=digest("nondisclosure"),
)
CREDENTIALS = digest("credentials")
PLAN = digest("plan")
STATEMENT = digest("statement")
REPORT = w.ReportRendered(
    public_summary=digest("summary"),
    developer_report=digest("report"),
    confidential_annex=digest("annex"),
)
RECOMMENDED = w.Recommended(
    report=REPORT.developer_report,
    answers=(w.CapabilityAnswer(capability="vulnerability_discovery", answer=Answer.ABOVE),),
)
DETERMINED = w.Determined(
    official=PersonId("olaf"),
    office="Director",
    finding=w.Finding.COVERED,
    reasons="The whole interval lies above the threshold.",
    consultees=(
        w.Consulted(person=PersonId("cora"), party=PartyId("ministry"), view="No objection."),
    ),
    evidence=(REPORT.developer_report, STATEMENT),
    replies=(),
    agrees=True,
)


@dataclass
class Driven:
    """One thing of an aggregate, driven by commands; its history is kept as entries.

    hurry: nothing waits, whatever time a command is asked for after.
    """

    aggregate: Aggregate[Any, Any, Any]
    state: Any = None
    at: datetime = START
    entries: list[Entry] = field(default_factory=list)
    hurry: bool = False

    def do(self, wanted: object, who: str | Actor, *, after: timedelta = timedelta(0)) -> list[str]:
        """Carry a command out, after some time. Gives the kinds that happened."""
        setting = self.setting(who, after=after)
        given = self.aggregate.decide(self.state, wanted, setting)
        self.at = setting.at
        for event in given:
            self._append(event, setting)
        return [entry.kind for entry in self.entries[-len(given) :]]

    def refused(self, wanted: object, who: str | Actor, after: timedelta = timedelta(0)) -> str:
        """Give the sentence that a command is refused with; nothing has happened then."""
        before = (self.state, len(self.entries))
        with pytest.raises(NotPossibleError) as error:
            self.do(wanted, who, after=after)
        assert (self.state, len(self.entries)) == before
        return error.value.what

    def setting(self, who: str | Actor, *, after: timedelta = timedelta(0)) -> Setting:
        at = self.at if self.hurry else self.at + after
        return Setting(at=at, actor=ACTORS[who] if isinstance(who, str) else who)

    def _append(self, event: object, setting: Setting) -> None:
        kind, facts = event_facts(self.aggregate, event)
        entry = Entry(
            stream=StreamId(f"{self.aggregate.name}/1"),
            number=len(self.entries),
            kind=kind,
            at=setting.at,
            actor=setting.actor,
            case=None,
            key=None,
            facts=facts,
        )
        # What is evolved is what a reader of the ledger reads.
        self.state = self.aggregate.evolve(
            self.state, read_event(self.aggregate, entry, place="entry"), setting
        )
        self.entries.append(entry)

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]


STEPS: dict[str, Callable[[Driven], object]] = {
    "draft": lambda c: c.do(e.Drafted(model=MODEL, rules=RULES), "developer"),
    "offered": lambda c: c.do(e.Offered(terms=TERMS), "developer"),
    "agreed": lambda c: c.do(e.TermsAgreed(terms=terms_digest(TERMS)), "evaluator"),
    "accepted": lambda c: c.do(e.Accepted(), "evaluator"),
    "plan proposed": lambda c: c.do(w.PlanProposed(plan=PLAN), "evaluator"),
    "plan signed": lambda c: c.do(w.PlanSigned(plan=PLAN), "evaluator"),
    "open": lambda c: c.do(
        e.AccessGranted(ends_at=c.at + 20 * DAY, credentials=CREDENTIALS), "developer"
    ),
    "trial": lambda c: c.do(
        w.TrialStarted(trial="t1", variant="bare", plan=PLAN), "timer", after=DAY
    ),
    "trial ended": lambda c: c.do(
        w.TrialEnded(trial="t1", statement=STATEMENT), "timer", after=DAY
    ),
    "integrity": lambda c: c.do(
        w.IntegrityReviewed(reviewers=("rules", "model"), record=digest("integrity")), "evaluator"
    ),
    "ended": lambda c: c.do(e.WindowExpired(), "timer", after=18 * DAY),
    "reported": lambda c: c.do(REPORT, "evaluator"),
    "recommended": lambda c: c.do(RECOMMENDED, "evaluator"),
    "determined": lambda c: c.do(DETERMINED, "official", after=RULES.objection_days * DAY),
    "closed": lambda c: c.do(e.Closed(reason="Done."), "evaluator"),
}
"""The straight way through a review, one command each."""


def submission_at(last: str) -> Driven:
    """Give a submission that has gone the straight way up to and with this step."""
    case = Driven(aggregate=SUBMISSION)
    names = list(STEPS)
    for name in names[: names.index(last) + 1]:
        STEPS[name](case)
    assert isinstance(case.state, Submission)
    return case


def every_submission() -> Iterable[tuple[str, Driven]]:
    """Give a submission at each step of the straight way, and two that left it."""
    for name in STEPS:
        yield name, submission_at(name)
    declined = submission_at("offered")
    declined.do(e.Declined(reason="Not in scope."), "evaluator")
    yield "declined", declined
    withdrawn = submission_at("trial")
    withdrawn.do(e.Withdrawn(), "developer")
    yield "withdrawn", withdrawn
