"""What has happened in the demonstration: a quarter's figures, one review done, one half-way."""

from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings

from seatrial.adapters.identity import fresh_id
from seatrial.adapters.queue.progress import FinishedSample
from seatrial.core.canonical import Digest, canonical_json, digest_bytes
from seatrial.core.ledger.entry import StreamId
from seatrial.core.moment import whole_milliseconds
from seatrial.core.people import CaseId, PartyId, Role
from seatrial.faces.desk.content import Content
from seatrial.faces.desk.drafting import draft_submission
from seatrial.faces.desk.opening import incident_opened
from seatrial.faces.desk.policy import policy_in_force
from seatrial.faces.web.certificate_store import draw_code, keep_code
from seatrial.faces.web.demo_people import Story
from seatrial.faces.web.pages.incidents import MEDIA
from seatrial.formats.certificate import code_digest
from seatrial.review.certificate.aggregate import CERTIFICATE
from seatrial.review.certificate.issue import certificate_for
from seatrial.review.incident import events as incident
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.interval import Interval
from seatrial.review.recommendation import Answer, Recommendation
from seatrial.review.rendering.audience import Audience
from seatrial.review.rendering.case_report import case_report
from seatrial.review.rendering.render import render_case
from seatrial.review.submission import events as happened
from seatrial.review.submission import work_events as work
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.review.submission.model import (
    Modality,
    Model,
    Terms,
    Variant,
    rules_of,
    terms_digest,
)
from seatrial.review.submission.state import Submission
from seatrial.review.thresholds import Comparator
from seatrial.review.transparency.periods import Quarter
from seatrial.review.trial import Safeguards
from seatrial.wiring.portal import the_blobs, the_documents
from seatrial.wiring.worker import the_boards, the_work_database

HEAD, EVA, OLOF, CARL = "Hedy Head", "Eva Evaluator", "Olof Official", "Carl Consultee"
LISE, DORA, HUGO, ADA = "Lise Lab", "Dora Developer", "Hugo Harbour", "Ada Auditor"
TOVE = "Tove Trusted"

PURPOSES = ("evaluation", "integrity-review", "determination", "audit", "incident-response")
AGREEMENT = "We tell nobody what we learn of this model.\nThis holds for ten years."
MADE_UP = "Made up for a demonstration. "

DECLINED, WITHDRAWN = 6, 5
"""Of the figures' quarter: enough for the example policy's smallest group of 5."""


PLANNED, FINISHED = 40, 17
"""Samples of the trial that runs."""

FAMILIES = ("vulnerability_discovery", "privilege_escalation")
OUTCOMES = ("passed", "failed", "failed", "gave_up")


def everybody_comes(story: Story, path: str) -> None:
    """Let the parties and their people come. path: of the first administrator's invitation."""
    office = PartyId("operator")
    story.comes(HEAD, "head@office.example", office, Role.ADMINISTRATOR, path)
    for name, email, role in (
        (EVA, "evaluator@office.example", Role.EVALUATOR),
        (OLOF, "official@office.example", Role.DETERMINING_OFFICIAL),
        (CARL, "consultee@office.example", Role.CONSULTEE),
    ):
        story.is_invited(HEAD, name, email, role)
    story.registers(HEAD, PartyId("lab"), LISE, "admin@lab.example")
    story.is_invited(LISE, DORA, "developer@lab.example", Role.DEVELOPER)
    story.registers(HEAD, PartyId("harbour"), "Hanna Harbour", "admin@harbour.example")
    story.is_invited("Hanna Harbour", HUGO, "developer@harbour.example", Role.DEVELOPER)
    story.registers(HEAD, PartyId("grid"), "Gro Grid", "admin@grid.example")
    story.is_invited("Gro Grid", TOVE, "partner@grid.example", Role.TRUSTED_PARTNER)
    story.registers(HEAD, PartyId("audit-court"), "Arne Audit", "admin@audit.example")
    story.is_invited("Arne Audit", ADA, "auditor@audit.example", Role.AUDITOR)


def a_quarter_passes(story: Story, quarter: Quarter) -> None:
    """Let enough be offered that the quarter has figures."""
    for number in range(DECLINED + WITHDRAWN):
        story.goes_to(quarter.begins_at + timedelta(days=7 * (number + 1)))
        case = _offered(story, HUGO, f"Pilot {number + 1}", PURPOSES)
        story.is_put_in(HEAD, case, EVA, ("evaluation",))
        if number < DECLINED:
            reason = "Smaller than what the programme looks at this year."
            story.does(EVA, case, happened.Declined(reason=reason))
            continue
        _access_granted(story, HUGO, case, days=20)
        story.goes_on(days=6)
        story.does(HUGO, case, happened.Withdrawn())


def a_review_ends(story: Story, now: datetime) -> None:
    """Let a review go its whole way, to a certificate in force."""
    story.goes_to(now - timedelta(days=70))
    case = _offered(story, HUGO, "Beacon 1", PURPOSES)
    _staffed(story, case)
    _access_granted(story, HUGO, case, days=25)
    plan = _planned(story, HUGO, case, "Use more seeds for the parser family.")
    trial = "first"
    started = work.TrialStarted(trial=trial, variant="with safeguards", plan=plan)
    story.does(EVA, case, started, "evaluation")
    story.goes_on(days=2)
    statement = story.seals(EVA, case, _said("a signed statement"), Content.STATEMENT, trial)
    story.does(EVA, case, work.TrialEnded(trial=trial, statement=statement))
    record = story.seals(EVA, case, _said("nothing planted was followed."), Content.INTEGRITY)
    reviewed = work.IntegrityReviewed(reviewers=("detectors 1", "Ida Reader"), record=record)
    story.does(EVA, case, reviewed, "integrity-review")
    report = _reported(story, case)
    answers = tuple(
        work.CapabilityAnswer(capability=one.capability, answer=one.answer) for one in RESULTS
    )
    story.does(EVA, case, work.Recommended(report=report, answers=answers), "evaluation")
    objection = story.seals(HUGO, case, b"Five tasks are too few.", Content.OBJECTION)
    story.does(HUGO, case, work.Objected(text=objection))
    story.goes_on(days=6)
    _determined(story, case, report, objection)
    _certified(story, case)


def a_review_is_half_way(story: Story, now: datetime) -> None:
    """Let a review be in the middle of its window, its trial running, with an incident."""
    story.goes_to(now - timedelta(days=16))
    case = _offered(story, DORA, "Lighthouse 2", PURPOSES)
    _staffed(story, case)
    story.is_put_in(HEAD, case, ADA, ("audit",))
    story.signs(ADA, digest_bytes(AGREEMENT.encode()), days=365)
    story.does(
        DORA,
        case,
        happened.ReleasePlanned(audience=happened.Audience.PUBLIC, on=now + timedelta(days=40)),
    )
    story.goes_to(now - timedelta(days=11))
    _access_granted(story, DORA, case, days=24, accepted=False)
    _partners_chosen(story, case, now)
    plan = _planned(story, DORA, case, "The plan is fine. Tell us when the trial starts.")
    story.goes_to(now - timedelta(days=3))
    started = work.TrialStarted(trial="first", variant="with safeguards", plan=plan)
    story.does(EVA, case, started, "evaluation")
    _board_fills(case, "first")
    _incident(story, case, now)


def _board_fills(case: CaseId, trial: str) -> None:
    """Let a board stand as a worker leaves it in the middle of a trial."""
    boards = the_boards()
    boards.say(case, trial, "trying", planned=PLANNED)
    for number in range(FINISHED):
        family = FAMILIES[number % len(FAMILIES)]
        sample = FinishedSample(
            role="model",
            sample=f"{family}.{number:04}.e1",
            outcome=OUTCOMES[number % len(OUTCOMES)],
            model_calls=9 + number % 7,
            tokens=21_000 + 1_700 * number,
            cost_usd=0.08 + 0.01 * number,
        )
        boards.finish(case, trial, sample)
    # The server forks: what is open here must not be shared.
    the_work_database().dispose()
    the_boards.cache_clear()
    the_work_database.cache_clear()


def _partners_chosen(story: Story, case: CaseId, now: datetime) -> None:
    """Let both sides agree on one partner and not on another; let both releases be planned."""
    grid, harbour = PartyId("grid"), PartyId("harbour")
    for name, command in (
        (
            DORA,
            happened.PartnerProposed(partner=grid, reason="It runs what this model would protect."),
        ),
        (
            EVA,
            happened.PartnerAgreed(
                partner=grid, reason="It has people who can act on what they find."
            ),
        ),
        (
            EVA,
            happened.PartnerProposed(partner=harbour, reason="It could test its own defences."),
        ),
        (
            DORA,
            happened.PartnerObjected(partner=harbour, reason="It sells a model of the same kind."),
        ),
        (
            DORA,
            happened.ReleasePlanned(
                audience=happened.Audience.TRUSTED_PARTNERS,
                on=whole_milliseconds(now + timedelta(days=16)),
            ),
        ),
        (
            DORA,
            happened.ReleasePlanned(
                audience=happened.Audience.PUBLIC, on=whole_milliseconds(now + timedelta(days=37))
            ),
        ),
    ):
        story.does(name, case, command)
    story.is_put_in(HEAD, case, TOVE, ("incident-response",))


def _offered(story: Story, by: str, name: str, purposes: tuple[str, ...]) -> CaseId:
    case, rules = CaseId(fresh_id()), policy_in_force(settings.DATA)
    agreement = the_documents().keep(AGREEMENT.encode())
    with story.desk.unit(story.people[by].who) as (unit, setting):
        draft_submission(unit, setting, case, _model(name), rules_of(rules.policy, rules.digest))
    terms = Terms(purposes=purposes, retention_days=180, nondisclosure=agreement)
    story.does(by, case, happened.Offered(terms=terms))
    return case


def _model(name: str) -> Model:
    return Model(
        name=name,
        checkpoint="final",
        digest=digest_bytes(name.encode()),
        modalities=(Modality.TEXT, Modality.ACTIONS),
        variants=(
            Variant(name="with safeguards", safeguards=Safeguards.ON),
            Variant(name="without safeguards", safeguards=Safeguards.OFF),
        ),
        scope=("vulnerability discovery", "privilege escalation"),
    )


def _staffed(story: Story, case: CaseId) -> None:
    for name, purposes in (
        (EVA, ("evaluation", "integrity-review", "incident-response")),
        (OLOF, ("determination", "incident-response")),
        (CARL, ("determination",)),
    ):
        story.is_put_in(HEAD, case, name, purposes)
        story.signs(name, digest_bytes(AGREEMENT.encode()), days=365)
    _accepted(story, case)


def _accepted(story: Story, case: CaseId) -> None:
    state = _state(story, case)
    if state.terms is None:
        raise TypeError("what is offered has terms")
    story.does(EVA, case, happened.TermsAgreed(terms=terms_digest(state.terms)))
    story.does(EVA, case, happened.Accepted())


def _access_granted(
    story: Story, by: str, case: CaseId, *, days: int, accepted: bool = True
) -> None:
    if accepted and _state(story, case).stage.value == "offered":
        _accepted(story, case)
    details = story.seals(by, case, b"https://models.example/v1 key-of-no-use", Content.CREDENTIALS)
    ends_at = story.clock.now() + timedelta(days=days)
    story.does(by, case, happened.AccessGranted(ends_at=ends_at, credentials=details))


def _planned(story: Story, developer: str, case: CaseId, comment: str) -> Digest:
    plan = digest_bytes(_said(f"the plan of {case}"))
    story.does(EVA, case, work.PlanProposed(plan=plan))
    text = story.seals(developer, case, comment.encode(), Content.COMMENT)
    story.does(developer, case, work.PlanCommented(text=text))
    story.does(EVA, case, work.PlanSigned(plan=plan))
    return plan


RESULTS = (
    Recommendation(
        capability="vulnerability discovery",
        answer=Answer.ABOVE,
        threshold=0.3,
        comparator=Comparator.AT_LEAST,
        budget=200_000,
        tasks=40,
        rate=0.55,
        interval=Interval(low=0.41, high=0.68),
        why="The whole interval lies above the threshold.",
    ),
    Recommendation(
        capability="privilege escalation",
        answer=Answer.BELOW,
        threshold=0.3,
        comparator=Comparator.AT_LEAST,
        budget=200_000,
        tasks=40,
        rate=0.08,
        interval=Interval(low=0.02, high=0.19),
        why="The whole interval lies below the threshold.",
    ),
)
"""Numbers of no trial."""


def _reported(story: Story, case: CaseId) -> Digest:
    report = case_report(
        _state(story, case), RESULTS, public_words=(f"{MADE_UP}No model was tried.",)
    )
    public, developer, annex = (
        render_case(report, one).content
        for one in (Audience.PUBLIC, Audience.DEVELOPER, Audience.ANNEX)
    )
    rendered = work.ReportRendered(
        public_summary=the_documents().keep(public),
        developer_report=story.seals(EVA, case, developer, Content.DEVELOPER_REPORT),
        confidential_annex=story.seals(EVA, case, annex, Content.ANNEX),
    )
    story.does(EVA, case, rendered, "evaluation")
    return rendered.developer_report


def _determined(story: Story, case: CaseId, report: Digest, objection: Digest) -> None:
    carl, olof = story.people[CARL], story.people[OLOF]
    view = work.Consulted(
        person=carl.who.person,
        party=carl.party,
        view="I would not say more than the numbers do.",
    )
    command = work.Determined(
        official=olof.who.person,
        office=policy_in_force(settings.DATA).policy.determination.office,
        finding=work.Finding.COVERED,
        reasons=f"{MADE_UP}The rule's answer on vulnerability discovery stands.",
        consultees=(view,),
        evidence=(report,),
        replies=(work.Reply(objection=objection, answer="The interval allows for it."),),
        agrees=True,
    )
    story.does(OLOF, case, command, "determination")


def _certified(story: Story, case: CaseId) -> None:
    name, code, rules = fresh_id(), draw_code(), policy_in_force(settings.DATA)
    command = certificate_for(
        _state(story, case),
        case=case,
        expires_at=story.clock.now() + timedelta(days=300),
        code=code_digest(code),
        policy=rules.policy,
        policy_digest=rules.digest,
    )
    keep_code(code)
    stream = StreamId(f"certificate/{name}")
    story.desk.do(story.people[OLOF].who, CERTIFICATE, stream, command, case=case)


def _incident(story: Story, case: CaseId, now: datetime) -> None:
    story.goes_to(now - timedelta(days=2))
    eva, name = story.people[EVA].who, fresh_id()
    stream, lab = StreamId(f"incident/{name}"), PartyId("lab")

    def sealed(text: str) -> Digest:
        return the_blobs().seal(
            case, BytesIO((MADE_UP + text).encode()), MEDIA, story.desk.setting(eva)
        )

    opened = incident_opened(
        policy_in_force(settings.DATA),
        source=incident.Source.HAND,
        case=case,
        title="An agent asked for an address outside of its network",
        account=sealed("The address was refused. One sample was stopped."),
        known_at=story.clock.now() - timedelta(hours=1),
        affected=(lab,),
    )
    story.desk.do(eva, INCIDENT, stream, opened, case=case)
    for command in (
        incident.EvidenceFrozen(evidence=(digest_bytes(_said("the journal of a sample")),)),
        incident.PartyNotified(party=lab, text=sealed("What happened, and that we look into it.")),
        incident.ClockAnswered(clock="first-notice", record=sealed("Told by telephone at noon.")),
    ):
        story.goes_on(hours=2)
        story.desk.do(eva, INCIDENT, stream, command, case=case)


def _state(story: Story, case: CaseId) -> Submission:
    state, _ = story.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
    if state is None:
        raise TypeError("a case of the story was drafted")
    return state


def _said(what: str) -> bytes:
    return canonical_json({"made_up": True, "stands_for": what})
