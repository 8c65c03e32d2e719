"""A portal's data with people, two cases and tokens: `python seed_portal.py DATA` after `begin`.

Prints one JSON object: tokens by name, cases by name, sessions by person. `old` is a token that has
ended, `void` one that was revoked. The first case is open with sealed credentials, the second
another lab's draft.
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

from allauth.mfa.models import Authenticator  # noqa: E402 - set up first
from django.conf import settings  # noqa: E402 - the same
from django.contrib import auth  # noqa: E402 - the same

from seatrial.core.access.action import Action  # noqa: E402 - the same
from seatrial.core.access.standing import TokenScope  # noqa: E402 - the same
from seatrial.core.canonical import Digest, digest_bytes  # noqa: E402 - the same
from seatrial.core.ledger.aggregate import Setting  # noqa: E402 - the same
from seatrial.core.ledger.entry import StreamId  # noqa: E402 - the same
from seatrial.core.ledger.port import Unit  # noqa: E402 - the same
from seatrial.core.people import Actor, CaseId, PartyId, PersonId, Role  # noqa: E402 - the same
from seatrial.faces.desk.content import Content, media_of  # noqa: E402 - the same
from seatrial.faces.desk.drafting import draft_submission  # noqa: E402 - the same
from seatrial.faces.desk.giving import give_to_submission  # noqa: E402 - the same
from seatrial.faces.desk.opening import incident_opened  # noqa: E402 - the same
from seatrial.faces.desk.policy import policy_in_force  # noqa: E402 - the same
from seatrial.faces.desk.standing import OPERATOR  # noqa: E402 - the same
from seatrial.faces.web.accounts.models import Account  # noqa: E402 - the same
from seatrial.faces.web.accounts.sessions import SessionStore  # noqa: E402 - the same
from seatrial.faces.web.accounts.tokens import make_token, revoke_token  # noqa: E402 - the same
from seatrial.formats.certificate import plain_code  # noqa: E402 - the same
from seatrial.review.certificate.aggregate import CERTIFICATE  # noqa: E402 - the same
from seatrial.review.certificate.events import Issued  # noqa: E402 - the same
from seatrial.review.certificate.issue import STATEMENT  # noqa: E402 - the same
from seatrial.review.incident.aggregate import INCIDENT  # noqa: E402 - the same
from seatrial.review.incident.events import Source  # noqa: E402 - the same
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
from seatrial.review.submission.work_events import Finding  # noqa: E402 - the same
from seatrial.review.team.aggregate import TEAM, Assigned, Member  # noqa: E402 - the same
from seatrial.review.trial import Safeguards  # noqa: E402 - the same
from seatrial.wiring.ledger import open_ledger  # noqa: E402 - the same
from seatrial.wiring.portal import the_blobs, the_clock, the_ledger  # noqa: E402 - the same

CERTIFICATE_CODE = "ABCD-EFGH"
LEDGER, NOW = the_ledger(), the_clock().now()
AGREEMENT = digest_bytes(b"We tell nobody.")
CODE = digest_bytes(b"code")
MODEL = Model(
    name="Example 1",
    checkpoint="2026-11-01",
    digest=Digest("sha256:" + "a" * 64),
    modalities=(Modality.TEXT,),
    variants=(Variant(name="plain", safeguards=Safeguards.ON),),
    scope=("memory-safety discovery",),
)


def acting(account: Account | None, of: PartyId | None) -> Setting:
    person = account.person_id if account else None
    return Setting(at=NOW, actor=Actor(person=person, party=of, by="test"))


def account(name: str) -> Account:
    return Account.objects.create_user(f"{name}@example.org", None, name=name)


def register(unit: Unit, name: PartyId, *roles: Role) -> None:
    command = party.Registered(party=name, name=f"Party {name}", roles=roles)
    unit.handle(PARTY, StreamId(f"party/{name}"), command, acting(None, None))


def join(unit: Unit, by: Setting, one: Account, of: PartyId, role: Role) -> None:
    stream = StreamId(f"party/{of}")
    name = f"{one.name}-{role.value}"
    ends = NOW + timedelta(days=1)
    asked = party.PersonInvited(invitation=name, code=CODE, role=role, expires_at=ends)
    unit.handle(PARTY, stream, asked, by)
    came = party.InvitationAccepted(invitation=name, person=one.person_id, code=CODE)
    unit.handle(PARTY, stream, came, acting(one, of))


def token(of: Account, case: str | None, purpose: str, days: int = 30) -> str:
    scope = TokenScope(case=None if case is None else CaseId(case), purpose=purpose)
    return make_token(of, scope, NOW, NOW + timedelta(days=days))


def session(of: Account) -> str:
    """Begin a session as a sign-in with a second factor does; give what its cookie holds."""
    Authenticator.objects.create(user=of, type="totp", data={"secret": "x"})
    begun = SessionStore()
    begun[auth.SESSION_KEY] = str(of.pk)
    begun[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    begun[auth.HASH_SESSION_KEY] = of.get_session_auth_hash()
    begun.save()
    return str(begun.session_key)


LAB, OTHER = PartyId("lab"), PartyId("other-lab")
CASE, DRAFT = CaseId("opencase"), CaseId("otherdraft")
admin, dora, otto, eve, olga = (account(one) for one in ("admin", "dora", "otto", "eve", "olga"))
head = account("head")
policy = policy_in_force(settings.DATA)
rules = rules_of(policy.policy, policy.digest)
software = acting(None, None)
with LEDGER.unit() as unit:
    join(unit, software, head, OPERATOR, Role.ADMINISTRATOR)
    join(unit, acting(head, OPERATOR), eve, OPERATOR, Role.EVALUATOR)
    join(unit, acting(head, OPERATOR), olga, OPERATOR, Role.DETERMINING_OFFICIAL)
    register(unit, LAB, Role.DEVELOPER, Role.ADMINISTRATOR)
    register(unit, OTHER, Role.DEVELOPER, Role.ADMINISTRATOR)
    join(unit, software, admin, LAB, Role.ADMINISTRATOR)
    join(unit, acting(admin, LAB), dora, LAB, Role.DEVELOPER)
    join(unit, software, otto, OTHER, Role.DEVELOPER)
    signed = party.NondisclosureSigned(
        person=PersonId(eve.person), agreement=AGREEMENT, until=NOW + timedelta(days=400)
    )
    unit.handle(PARTY, StreamId(f"party/{OPERATOR}"), signed, acting(eve, OPERATOR))
    draft_submission(unit, acting(dora, LAB), CASE, MODEL, rules)
    draft_submission(unit, acting(otto, OTHER), DRAFT, MODEL, rules)
    terms = Terms(purposes=("evaluation", "audit"), retention_days=30, nondisclosure=AGREEMENT)
    for who, command in (
        (acting(dora, LAB), happened.Offered(terms=terms)),
        (acting(eve, OPERATOR), happened.TermsAgreed(terms=terms_digest(terms))),
        (acting(eve, OPERATOR), happened.Accepted()),
    ):
        give_to_submission(unit, who, CASE, command, expected=None)
    team = StreamId(f"team/{CASE}")
    for one, role in ((eve, Role.EVALUATOR), (olga, Role.DETERMINING_OFFICIAL)):
        member = Member(
            person=one.person_id, party=OPERATOR, role=role, purposes=("evaluation", "audit")
        )
        unit.handle(TEAM, team, Assigned(member=member), acting(head, OPERATOR), case=CASE)
secret = BytesIO(b"key: sesame")
media = media_of(Content.CREDENTIALS)
credentials = the_blobs().seal(CASE, secret, media, acting(dora, LAB))
with LEDGER.unit() as unit:
    opened = happened.AccessGranted(ends_at=NOW + timedelta(days=20), credentials=credentials)
    give_to_submission(unit, acting(dora, LAB), CASE, opened, expected=None)
with LEDGER.unit() as unit:
    noticed = incident_opened(
        policy,
        source=Source.HAND,
        case=CASE,
        title="Wrong door",
        account=AGREEMENT,
        known_at=NOW - timedelta(hours=1),
        affected=(LAB,),
    )
    unit.handle(INCIDENT, StreamId("incident/door"), noticed, acting(eve, OPERATOR), case=CASE)
    issued = Issued(
        case=CASE,
        developer=LAB,
        name=MODEL.name,
        checkpoint=MODEL.checkpoint,
        model=MODEL.digest,
        scope=MODEL.scope,
        answers=(),
        finding=Finding.NOT_COVERED,
        report=AGREEMENT,
        statements=(AGREEMENT,),
        expires_at=NOW + timedelta(days=30),
        retest=("new weights",),
        code=digest_bytes(plain_code(CERTIFICATE_CODE).encode()),
        statement=STATEMENT,
        policy=policy.digest,
        maximum_days=60,
    )
    stream = StreamId("certificate/one")
    unit.handle(CERTIFICATE, stream, issued, acting(olga, OPERATOR), case=CASE)
held = open_ledger(settings.DATA)
held.checkpoints.sign(*held.keys.signer())
void = token(eve, CASE, "evaluation")
revoke_token(eve, eve.api_tokens.get().pk, NOW)
sys.stdout.write(
    json.dumps(
        {
            "case": CASE,
            "draft": DRAFT,
            "credentials": credentials,
            "code": CERTIFICATE_CODE.lower(),
            "people": {one.name: one.person for one in (dora, eve, olga, otto)},
            "sessions": {one.name: session(one) for one in (dora, eve, olga, otto, head, admin)},
            "tokens": {
                "dora": token(dora, CASE, "own model"),
                "dora-drafts": token(dora, None, Action.DRAFT_SUBMISSION.value),
                "eve-alarms": token(eve, None, Action.OPEN_INCIDENT.value),
                "eve-rescans": token(eve, None, Action.ORDER_RESCAN.value),
                "dora-asks": token(dora, None, Action.ASK_COVERAGE.value),
                "otto": token(otto, DRAFT, "own model"),
                "otto-asks": token(otto, None, Action.ASK_COVERAGE.value),
                "eve": token(eve, CASE, "evaluation"),
                "eve-audits": token(eve, CASE, "audit"),
                "olga": token(olga, CASE, "evaluation"),
                "olga-answers": token(olga, None, Action.ANSWER_COVERAGE.value),
                "old": token(eve, CASE, "evaluation", days=-1),
                "void": void,
            },
        }
    )
)
