"""A case in each phase, with a person of each role in each: `python seed_matrix.py DATA`.

In a portal that `seed_portal.py` filled. Prints one JSON object: `tokens` by phase and person,
`sealed` by phase and sort of content. Besides a person of each role there are evaluators to whom
something is missing: `unsigned`, `lapsed`, `conflicted`, `unpurposed`, `outside` and `elsewhere`.
"""

import json
import os
import sys
from datetime import timedelta
from io import BytesIO

import django

os.environ["SEATRIAL_DATA"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
django.setup()

from django.conf import settings  # noqa: E402 - set up first

from seatrial.core.access.action import Phase  # noqa: E402 - the same
from seatrial.core.access.standing import TokenScope  # noqa: E402 - the same
from seatrial.core.canonical import Digest, digest_bytes  # noqa: E402 - the same
from seatrial.core.ledger.aggregate import Setting  # noqa: E402 - the same
from seatrial.core.ledger.entry import StreamId  # noqa: E402 - the same
from seatrial.core.people import Actor, CaseId, PartyId, PersonId, Role  # noqa: E402 - the same
from seatrial.faces.desk.content import Content, media_of  # noqa: E402 - the same
from seatrial.faces.desk.drafting import draft_submission  # noqa: E402 - the same
from seatrial.faces.desk.giving import give_to_submission  # noqa: E402 - the same
from seatrial.faces.desk.policy import policy_in_force  # noqa: E402 - the same
from seatrial.faces.desk.standing import OPERATOR  # noqa: E402 - the same
from seatrial.faces.web.accounts.models import Account  # noqa: E402 - the same
from seatrial.faces.web.accounts.tokens import make_token  # noqa: E402 - the same
from seatrial.review.party import events as party  # noqa: E402 - the same
from seatrial.review.party.aggregate import PARTY  # noqa: E402 - the same
from seatrial.review.submission import events as happened  # noqa: E402 - the same
from seatrial.review.submission.model import (  # noqa: E402 - the same
    Modality,
    Model,
    Terms,
    Variant,
    rules_of,
    terms_digest,
)
from seatrial.review.team.aggregate import TEAM, Assigned, Member  # noqa: E402 - the same
from seatrial.review.trial import Safeguards  # noqa: E402 - the same
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger  # noqa: E402 - the same

LEDGER, NOW = the_ledger(), the_clock().now()
CODE, AGREEMENT = digest_bytes(b"code"), digest_bytes(b"We tell nobody, in any phase.")
LAB, GRID, COURT = PartyId("lab"), PartyId("grid"), PartyId("court")
POLICY = policy_in_force(settings.DATA)
RULES = rules_of(POLICY.policy, POLICY.digest)
TERMS = Terms(purposes=("evaluation", "audit"), retention_days=30, nondisclosure=AGREEMENT)
MODEL = Model(
    name="Example",
    checkpoint="1",
    digest=Digest("sha256:" + "a" * 64),
    modalities=(Modality.TEXT,),
    variants=(Variant(name="plain", safeguards=Safeguards.ON),),
    scope=("memory-safety discovery",),
)
SOFTWARE = Setting(at=NOW, actor=Actor(person=None, party=None, by="test"))
PEOPLE = {
    "developer": (LAB, Role.DEVELOPER),
    "evaluator": (OPERATOR, Role.EVALUATOR),
    "determining-official": (OPERATOR, Role.DETERMINING_OFFICIAL),
    "consultee": (OPERATOR, Role.CONSULTEE),
    "trusted-partner": (GRID, Role.TRUSTED_PARTNER),
    "auditor": (COURT, Role.AUDITOR),
    "administrator": (OPERATOR, Role.ADMINISTRATOR),
    **dict.fromkeys(
        ("unsigned", "lapsed", "conflicted", "unpurposed", "outside", "elsewhere"),
        (OPERATOR, Role.EVALUATOR),
    ),
}
OFFER = (("developer", happened.Offered(terms=TERMS)),)
AGREE = (*OFFER, ("evaluator", happened.TermsAgreed(terms=terms_digest(TERMS))))
ACCEPT = (*AGREE, ("evaluator", happened.Accepted()))
OPEN = (*ACCEPT, ("developer", None))
END = (*OPEN, ("developer", happened.AccessRevoked(ending=happened.Ending.REVOKED, reason="r")))
WAY = {
    Phase.DRAFT: (),
    Phase.OFFERED: OFFER,
    Phase.AGREED: AGREE,
    Phase.ACCEPTED: ACCEPT,
    Phase.OPEN: OPEN,
    Phase.ENDED: END,
    Phase.CLOSED: (*END, ("evaluator", happened.Closed(reason="r"))),
    Phase.DECLINED: (*OFFER, ("evaluator", happened.Declined(reason="r"))),
    Phase.WITHDRAWN: (*OFFER, ("developer", happened.Withdrawn())),
}


def acting(name: str) -> Setting:
    person = PersonId(Account.objects.get(name=f"m-{name}").person)
    return Setting(at=NOW, actor=Actor(person=person, party=PEOPLE[name][0], by="test"))


def come(name: str, of: PartyId, role: Role) -> None:
    one, stream = Account.objects.create_user(f"{name}@m.example", name=f"m-{name}"), f"party/{of}"
    ends = NOW + timedelta(days=1)
    head = Account.objects.get(name="head").person_id
    by = Setting(at=NOW, actor=Actor(person=head, party=OPERATOR, by="test"))
    asked = party.PersonInvited(invitation=f"m-{name}", code=CODE, role=role, expires_at=ends)
    came = party.InvitationAccepted(invitation=f"m-{name}", person=one.person_id, code=CODE)
    signs = party.NondisclosureSigned(
        person=one.person_id, agreement=AGREEMENT, until=NOW + timedelta(days=9)
    )
    with LEDGER.unit() as unit:
        unit.handle(PARTY, StreamId(stream), asked, by)
        unit.handle(PARTY, StreamId(stream), came, acting(name))
        if name != "unsigned":
            unit.handle(PARTY, StreamId(stream), signs, acting(name))
        if name == "lapsed":
            ended = party.NondisclosureEnded(
                person=one.person_id, agreement=AGREEMENT, reason="It is over."
            )
            unit.handle(PARTY, StreamId(stream), ended, SOFTWARE)


def case_in(phase: Phase) -> CaseId:
    case, dora = CaseId(f"m-{phase.value}"), acting("developer")
    team = StreamId(f"team/{case}")
    with LEDGER.unit() as unit:
        draft_submission(unit, dora, case, MODEL, RULES)
    blob = the_blobs().seal(case, BytesIO(b"key"), media_of(Content.CREDENTIALS), dora)
    opened = happened.AccessGranted(ends_at=NOW + timedelta(days=9), credentials=blob)
    with LEDGER.unit() as unit:
        for name, command in WAY[phase]:
            wanted = opened if command is None else command
            give_to_submission(unit, acting(name), case, wanted, expected=None)
        for name, (of, role) in PEOPLE.items():
            who = acting(name)
            if name in ("developer", "administrator", "outside") or who.actor.person is None:
                continue
            purposes = ("audit",) if name == "unpurposed" else ("evaluation", "audit")
            member = Member(person=who.actor.person, party=of, role=role, purposes=purposes)
            unit.handle(TEAM, team, Assigned(member=member), SOFTWARE, case=case)
            if name == "conflicted":
                declared = party.ConflictDeclared(person=member.person, case=case, nature="n")
                unit.handle(PARTY, StreamId(f"party/{of}"), declared, who)
    return case


def main() -> None:
    court, grid = (Role.AUDITOR, Role.ADMINISTRATOR), (Role.TRUSTED_PARTNER, Role.ADMINISTRATOR)
    with LEDGER.unit() as unit:
        for name, roles in ((COURT, court), (GRID, grid)):
            registered = party.Registered(party=name, name=f"Party {name}", roles=roles)
            unit.handle(PARTY, StreamId(f"party/{name}"), registered, SOFTWARE)
    for name, (of, role) in PEOPLE.items():
        come(name, of, role)
    tokens: dict[str, dict[str, str]] = {}
    sealed: dict[str, dict[str, str]] = {}
    elsewhere = CaseId("m-elsewhere")
    for phase in WAY:
        case = case_in(phase)
        dora = acting("developer")
        sealed[phase] = {
            sort.value: the_blobs().seal(case, BytesIO(b"text"), media_of(sort), dora)
            for sort in Content
        }
        tokens[phase] = {}
        for name in PEOPLE:
            of = elsewhere if name == "elsewhere" else case
            purpose = "own model" if name == "developer" else "evaluation"
            scope = TokenScope(case=of, purpose=purpose)
            account = Account.objects.get(name=f"m-{name}")
            tokens[phase][name] = make_token(account, scope, NOW, NOW + timedelta(days=9))
    sys.stdout.write(json.dumps({"tokens": tokens, "sealed": sealed}))


if __name__ == "__main__":
    main()
