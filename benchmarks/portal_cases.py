"""Fills a portal with many cases, by its own rules. Django is set up before this is imported.

Every entry is decided by the rules and written by the ledger; the one departure from a portal's
life is that many commands share a transaction. Inbox rows, which a worker writes, are written in
bulk. Cases begin evenly over two years and go a review's straight way; one in twenty stands still
somewhere on it. One evaluator is in every case, another in one of every 500; forty developers
have as many each. One case in fifty has an incident; every determined case has a certificate.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heapreplace
from itertools import islice

from allauth.mfa.models import Authenticator
from django.conf import settings
from made_up_case import (
    CREDENTIALS,
    DETERMINED,
    MODEL,
    PLAN,
    RECOMMENDED,
    REPORT,
    STATEMENT,
    TERMS,
    digest,
)

from seatrial.adapters.mail.models import Notice, Told
from seatrial.adapters.store.models import LedgerEntry
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Unit
from seatrial.core.people import Actor, CaseId, PartyId, PersonId, Role
from seatrial.faces.desk.drafting import draft_submission
from seatrial.faces.desk.opening import incident_opened
from seatrial.faces.desk.policy import PolicyInForce, policy_in_force
from seatrial.faces.desk.standing import OPERATOR
from seatrial.faces.web.accounts.models import Account
from seatrial.review.certificate.aggregate import CERTIFICATE
from seatrial.review.certificate.issue import certificate_for
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import Source
from seatrial.review.party import events as party
from seatrial.review.party.aggregate import PARTY
from seatrial.review.submission import events as e
from seatrial.review.submission import work_events as w
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import rules_of, terms_digest
from seatrial.review.submission.table import Command
from seatrial.review.team.aggregate import TEAM, Assigned, Member
from seatrial.wiring.portal import the_ledger

UNIT = 100
"""Steps of cases in one transaction."""

FEW, STILL, WITH_INCIDENT, LABS = 500, 20, 50, 40
"""Of so many cases one; and how many labs there are."""

AUDITORS = PartyId("auditors")
LABS_NAMES = tuple(PartyId(f"lab{number}") for number in range(LABS))
CODE = digest("code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person with an account, in a party. None of both: the software."""

    account: Account | None = None
    party: PartyId | None = None

    @property
    def person(self) -> PersonId:
        """Name the person. Raises: TypeError for the software."""
        if self.account is None:
            raise TypeError("the software is nobody")
        return self.account.person_id

    def setting(self, at: datetime) -> Setting:
        """Give time and identity for the rules."""
        person = self.account.person_id if self.account else None
        return Setting(at=at, actor=Actor(person=person, party=self.party, by="benchmark"))


SOFTWARE = Someone()


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is there. every: evaluator of every case; few: of some. labs: a developer each."""

    head: Someone
    every: Someone
    few: Someone
    official: Someone
    auditor: Someone
    labs: tuple[Someone, ...]


def let_in(
    unit: Unit, name: str, of: PartyId, role: Role, at: datetime, *, by: Someone = SOFTWARE
) -> Someone:
    """Let a person come into a party, with a second factor and the agreement signed.

    by: who invites; a party's first person is invited by the software.
    """
    account = Account.objects.create_user(f"{name}@example.org", None, name=name)
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "-"})
    stream, come = StreamId(f"party/{of}"), Someone(account=account, party=of)
    ends, person = at + timedelta(days=1), account.person_id
    asked = party.PersonInvited(invitation=name, code=CODE, role=role, expires_at=ends)
    unit.handle(PARTY, stream, asked, by.setting(at))
    for command in (
        party.InvitationAccepted(invitation=name, person=person, code=CODE),
        party.NondisclosureSigned(
            person=person, agreement=TERMS.nondisclosure, until=at + timedelta(days=4000)
        ),
    ):
        unit.handle(PARTY, stream, command, come.setting(at))
    return come


def everybody(unit: Unit, at: datetime) -> People:
    """Let parties and people come."""
    for name in (*LABS_NAMES, AUDITORS):
        role = Role.AUDITOR if name is AUDITORS else Role.DEVELOPER
        come = party.Registered(party=name, name=f"Party {name}", roles=(role,))
        unit.handle(PARTY, StreamId(f"party/{name}"), come, SOFTWARE.setting(at))
    head = let_in(unit, "head", OPERATOR, Role.ADMINISTRATOR, at)
    return People(
        head=head,
        every=let_in(unit, "every", OPERATOR, Role.EVALUATOR, at, by=head),
        few=let_in(unit, "few", OPERATOR, Role.EVALUATOR, at, by=head),
        official=let_in(unit, "official", OPERATOR, Role.DETERMINING_OFFICIAL, at, by=head),
        auditor=let_in(unit, "auditor", AUDITORS, Role.AUDITOR, at),
        labs=tuple(let_in(unit, f"dev-{lab}", lab, Role.DEVELOPER, at) for lab in LABS_NAMES),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case on its way."""

    number: int
    people: People
    policy: PolicyInForce

    @property
    def name(self) -> CaseId:
        """Name it as the ledger does."""
        return CaseId(f"case{self.number:06d}")

    @property
    def developer(self) -> Someone:
        """Give the person of its lab."""
        return self.people.labs[self.number % LABS]

    def give(self, unit: Unit, at: datetime, who: Someone, *commands: Command) -> None:
        """Give commands to it, without the desk's look at what they name: nothing is sealed."""
        stream = StreamId(f"submission/{self.name}")
        for command in commands:
            unit.handle(SUBMISSION, stream, command, who.setting(at), case=self.name)

    def draft(self, unit: Unit, at: datetime) -> None:
        """Draft and offer it."""
        model = replace(MODEL, name=f"Model {self.number}", endpoint=None)
        rules = rules_of(self.policy.policy, self.policy.digest)
        draft_submission(unit, self.developer.setting(at), self.name, model, rules)
        self.give(unit, at, self.developer, e.Offered(terms=TERMS))

    def accept(self, unit: Unit, at: datetime) -> None:
        """Agree to the terms, accept it, put people in."""
        agreed = e.TermsAgreed(terms=terms_digest(TERMS))
        self.give(unit, at, self.people.every, agreed, e.Accepted())
        team = [self.people.every, self.people.official]
        if self.number % FEW == 1:
            team.append(self.people.few)
        for one in team:
            judges = one is self.people.official
            member = Member(
                person=one.person,
                party=OPERATOR,
                role=Role.DETERMINING_OFFICIAL if judges else Role.EVALUATOR,
                purposes=TERMS.purposes,
            )
            setting, stream = self.people.head.setting(at), StreamId(f"team/{self.name}")
            unit.handle(TEAM, stream, Assigned(member=member), setting, case=self.name)

    def plan(self, unit: Unit, at: datetime) -> None:
        """Propose a plan and sign it."""
        signed = (w.PlanProposed(plan=PLAN), w.PlanSigned(plan=PLAN))
        self.give(unit, at, self.people.every, *signed)

    def open(self, unit: Unit, at: datetime) -> None:
        """Open the window."""
        ends = at + timedelta(days=20)
        granted = e.AccessGranted(ends_at=ends, credentials=CREDENTIALS)
        self.give(unit, at, self.developer, granted)

    def start(self, unit: Unit, at: datetime) -> None:
        """Start a trial; something may go wrong."""
        started = w.TrialStarted(trial="t1", variant="bare", plan=PLAN)
        self.give(unit, at, SOFTWARE, started)
        if self.number % WITH_INCIDENT == 0:
            opened = incident_opened(
                self.policy,
                source=Source.HAND,
                case=self.name,
                title=f"Incident of case {self.number}",
                account=CODE,
                known_at=at,
                affected=(LABS_NAMES[self.number % LABS],),
            )
            setting, stream = self.people.every.setting(at), StreamId(f"incident/{self.number}")
            unit.handle(INCIDENT, stream, opened, setting, case=self.name)

    def end(self, unit: Unit, at: datetime) -> None:
        """End the trial."""
        self.give(unit, at, SOFTWARE, w.TrialEnded(trial="t1", statement=STATEMENT))

    def review(self, unit: Unit, at: datetime) -> None:
        """Sign the integrity review off."""
        reviewed = w.IntegrityReviewed(reviewers=("rules", "model"), record=digest("integrity"))
        self.give(unit, at, self.people.every, reviewed)

    def expire(self, unit: Unit, at: datetime) -> None:
        """End the window."""
        self.give(unit, at, SOFTWARE, e.WindowExpired())

    def report(self, unit: Unit, at: datetime) -> None:
        """Render the report and recommend."""
        self.give(unit, at, self.people.every, REPORT, RECOMMENDED)

    def determine(self, unit: Unit, at: datetime) -> None:
        """Determine, close, certify."""
        official = self.people.official
        determined = replace(DETERMINED, official=official.person)
        self.give(unit, at, official, determined, e.Closed(reason="Done."))
        state, _ = unit.state(SUBMISSION, StreamId(f"submission/{self.name}"))
        if state is None:
            raise TypeError("what was determined is there")
        rules = self.policy.policy
        issued = certificate_for(
            state,
            case=self.name,
            expires_at=at + timedelta(days=rules.certificate.maximum_days - 1),
            code=digest(self.name),
            policy=rules,
            policy_digest=self.policy.digest,
        )
        stream = StreamId(f"certificate/{self.number}")
        unit.handle(CERTIFICATE, stream, issued, official.setting(at), case=self.name)


Step = Callable[[Case, Unit, datetime], None]
WAY: tuple[tuple[int, Step], ...] = (
    (0, Case.draft),
    (1, Case.accept),
    (2, Case.plan),
    (3, Case.open),
    (4, Case.start),
    (5, Case.end),
    (6, Case.review),
    (23, Case.expire),
    (24, Case.report),
    (45, Case.determine),
)
"""Days after its beginning on which a step is done."""


def steps(
    cases: list[Case], begin: datetime, now: datetime
) -> Iterator[tuple[datetime, Case, Step]]:
    """Give what has happened by now, all cases' steps in the order of time."""
    apart = (now - begin) / len(cases)
    begins = [begin + apart * number for number in range(len(cases))]
    due = [(at, number, 0) for number, at in enumerate(begins)]
    heapify(due)
    while due and due[0][0] <= now:
        at, number, place = due[0]
        yield at, cases[number], WAY[place][1]
        stands, stop = divmod(number, STILL)
        last = stands % len(WAY) if stop == 0 else len(WAY) - 1
        if place == last:
            heappop(due)
        else:
            following = begins[number] + timedelta(days=WAY[place + 1][0])
            heapreplace(due, (following, number, place + 1))


def fill(count: int, begin: datetime, now: datetime) -> tuple[People, list[Case]]:
    """Make the cases; the programme has begun."""
    ledger, policy = the_ledger(), policy_in_force(settings.DATA)
    with ledger.unit() as unit:
        people = everybody(unit, begin)
    cases = [Case(number=one, people=people, policy=policy) for one in range(count)]
    todo = steps(cases, begin, now)
    while some := list(islice(todo, UNIT)):
        with ledger.unit() as unit:
            for at, case, step in some:
                # Moments are whole milliseconds.
                step(case, unit, at.replace(microsecond=at.microsecond // 1000 * 1000))
    tell(people, cases)
    return people, cases


def tell(people: People, cases: list[Case]) -> None:
    """Write the inbox rows of two people, as the worker would have."""
    rows = LedgerEntry.objects.filter(case__isnull=False).order_by("index")
    some = {case.name for case in cases[1::FEW]}
    Notice.objects.bulk_create(
        (
            Notice(person=who.person, entry=index, case=case, kind=kind, at=at)
            for index, case, kind, at in rows.values_list("index", "case", "kind", "at")
            for who in (people.every, people.few)
            if who is people.every or case in some
        ),
        batch_size=5000,
    )
    Told.objects.update_or_create(id=1, defaults={"size": the_ledger().head().size})
