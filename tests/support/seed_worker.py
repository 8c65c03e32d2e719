"""Work for a worker, in a portal that `seed_portal.py` filled: `seed_worker.py DATA WHAT ...`.

`timers SECONDS COUNT`: cases whose windows end so soon, each with a token; as many that were
withdrawn and are due to be purged; an incident whose clocks run out.
`trial PLAN CREDENTIALS`: a case with a trial that was ordered of workers.
`plan PLAN CREDENTIALS`: the same case before the trial is ordered.
`partner`: in the open case, a trusted partner with one person, tove, and the notice to it.
Prints one JSON object.
"""

import json
import os
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import django

os.environ["SEATRIAL_DATA"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "seatrial.faces.web.settings"
django.setup()

from django.conf import settings  # noqa: E402 - set up first

from seatrial.core.access.standing import TokenScope  # noqa: E402 - the same
from seatrial.core.canonical import Digest, digest_bytes  # noqa: E402 - the same
from seatrial.core.ledger.aggregate import Setting  # noqa: E402 - the same
from seatrial.core.ledger.entry import StreamId  # noqa: E402 - the same
from seatrial.core.people import Actor, CaseId, PartyId, Role  # noqa: E402 - the same
from seatrial.faces.desk.content import Content, media_of  # noqa: E402 - the same
from seatrial.faces.desk.drafting import draft_submission  # noqa: E402 - the same
from seatrial.faces.desk.giving import give_to_submission  # noqa: E402 - the same
from seatrial.faces.desk.policy import policy_in_force  # noqa: E402 - the same
from seatrial.faces.desk.standing import OPERATOR  # noqa: E402 - the same
from seatrial.faces.web.accounts.models import Account  # noqa: E402 - the same
from seatrial.faces.web.accounts.tokens import make_token  # noqa: E402 - the same
from seatrial.formats.signed_plan import open_plan  # noqa: E402 - the same
from seatrial.review.incident.aggregate import INCIDENT  # noqa: E402 - the same
from seatrial.review.incident.events import Clock, Opened, Source  # noqa: E402 - the same
from seatrial.review.party import events as party  # noqa: E402 - the same
from seatrial.review.party.aggregate import PARTY  # noqa: E402 - the same
from seatrial.review.plan import plan_digest  # noqa: E402 - the same
from seatrial.review.submission import events as happened  # noqa: E402 - the same
from seatrial.review.submission import work_events as work  # noqa: E402 - the same
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
AGREEMENT = digest_bytes(b"We tell nobody.")
LAB = PartyId("lab")
POLICY = policy_in_force(settings.DATA)
RULES = rules_of(POLICY.policy, POLICY.digest)
TERMS = Terms(purposes=("evaluation", "audit"), retention_days=0, nondisclosure=AGREEMENT)


def acting(name: str, of: PartyId) -> Setting:
    person = Account.objects.get(name=name).person_id
    return Setting(at=the_clock().now(), actor=Actor(person=person, party=of, by="test"))


def accepted(case: CaseId, capability: str = "memory-safety discovery") -> Digest:
    """Bring a case to where its window can open; give the digest of its sealed credentials."""
    model = Model(
        name=f"Model of {case}",
        checkpoint="1",
        digest=Digest("sha256:" + "a" * 64),
        modalities=(Modality.TEXT,),
        variants=(Variant(name="plain", safeguards=Safeguards.ON),),
        scope=(capability,),
    )
    dora, eve = acting("dora", LAB), acting("eve", OPERATOR)
    with LEDGER.unit() as unit:
        draft_submission(unit, dora, case, model, RULES)
        for who, command in (
            (dora, happened.Offered(terms=TERMS)),
            (eve, happened.TermsAgreed(terms=terms_digest(TERMS))),
            (eve, happened.Accepted()),
        ):
            give_to_submission(unit, who, case, command, expected=None)
        member = Member(
            person=Account.objects.get(name="eve").person_id,
            party=OPERATOR,
            role=Role.EVALUATOR,
            purposes=("evaluation",),
        )
        assigned = Assigned(member=member)
        unit.handle(TEAM, StreamId(f"team/{case}"), assigned, acting("head", OPERATOR), case=case)
    return seal(case, b"key: sesame", Content.CREDENTIALS)


def seal(case: CaseId, content: bytes, sort: Content) -> Digest:
    return the_blobs().seal(case, BytesIO(content), media_of(sort), acting("dora", LAB))


def give(case: CaseId, command: Any, who: Setting) -> None:
    with LEDGER.unit() as unit:
        give_to_submission(unit, who, case, command, expected=None)


def timers(seconds: float, count: int) -> dict[str, Any]:
    eve = Account.objects.get(name="eve")
    ends, withdrawn, sealed = [], [], []
    for number in range(count):
        case = CaseId(f"ends{number}")
        sealed.append(accepted(case))
        scope = TokenScope(case=case, purpose="evaluation")
        make_token(eve, scope, NOW, NOW + timedelta(days=9))
        ends.append(case)
    for number in range(count):
        case = CaseId(f"withdrawn{number}")
        accepted(case)
        give(case, happened.Withdrawn(reason=""), acting("dora", LAB))
        withdrawn.append(case)
    ends_at = the_clock().now() + timedelta(seconds=seconds)
    for case, credentials in zip(ends, sealed, strict=True):
        opened = happened.AccessGranted(ends_at=ends_at, credentials=credentials)
        give(case, opened, acting("dora", LAB))
    clocks = tuple(
        Clock(name=name, duty="Tell.", due=ends_at) for name in ("first notice", "full account")
    )
    incident = Opened(
        source=Source.HAND,
        case=ends[0],
        title="Something",
        account=digest_bytes(b"account"),
        known_at=NOW,
        policy=POLICY.digest,
        clocks=clocks,
        affected=(LAB,),
    )
    stream = StreamId("incident/one")
    LEDGER.handle(INCIDENT, stream, incident, acting("eve", OPERATOR), case=ends[0])
    return {"ends": ends, "withdrawn": withdrawn, "credentials": sealed}


def trial(plan: Path, details: str, *, start: bool) -> dict[str, Any]:
    case, content = CaseId("tried"), plan.read_bytes()
    accepted(case)
    found = plan_digest(open_plan(content, {}, place="plan")[0])
    credentials = seal(case, details.encode(), Content.CREDENTIALS)
    seal(case, content, Content.PLAN)
    dora, eve = acting("dora", LAB), acting("eve", OPERATOR)
    give(case, work.PlanProposed(plan=found), eve)
    give(case, work.PlanSigned(plan=found), eve)
    ends = the_clock().now() + timedelta(days=1)
    give(case, happened.AccessGranted(ends_at=ends, credentials=credentials), dora)
    started = work.TrialStarted(trial="t1", variant="plain", plan=found, purpose="evaluation")
    if start:
        give(case, started, acting("eve", OPERATOR))
    eve_account = Account.objects.get(name="eve")
    ends_at = NOW + timedelta(days=9)
    return {
        "case": case,
        "trial": "t1",
        "credentials": credentials,
        "token": make_token(eve_account, TokenScope(case=case, purpose="evaluation"), NOW, ends_at),
        "dora": make_token(
            Account.objects.get(name="dora"),
            TokenScope(case=case, purpose="own model"),
            NOW,
            ends_at,
        ),
    }


def partner() -> dict[str, Any]:
    case, grid, role = CaseId("opencase"), PartyId("grid"), Role.TRUSTED_PARTNER
    tove = Account.objects.create_user("tove@example.org", None, name="tove").person_id
    head, code, stream = acting("head", OPERATOR), digest_bytes(b"code"), StreamId("party/grid")
    software = Setting(at=NOW, actor=Actor(person=None, party=None, by="test"))
    proposed = happened.PartnerProposed(partner=grid, reason="It runs a grid.")
    agreed = happened.PartnerAgreed(partner=grid, reason="It does.")
    member = Member(person=tove, party=grid, role=role, purposes=("evaluation",))
    with LEDGER.unit() as unit:
        for who, command in (
            (software, party.Registered(party=grid, name="Grid", roles=(role,))),
            (
                software,
                party.PersonInvited(
                    invitation="t", code=code, role=role, expires_at=NOW + timedelta(days=1)
                ),
            ),
            (
                acting("tove", grid),
                party.InvitationAccepted(invitation="t", person=tove, code=code),
            ),
        ):
            unit.handle(PARTY, stream, command, who)
        give_to_submission(unit, acting("eve", OPERATOR), case, proposed, expected=None)
        give_to_submission(unit, acting("dora", LAB), case, agreed, expected=None)
        unit.handle(TEAM, StreamId(f"team/{case}"), Assigned(member=member), head, case=case)
    return {"notice": seal(case, b"{}", Content.PARTNER_NOTICE)}


def main(what: str, *arguments: str) -> None:
    if what == "timers":
        found = timers(float(arguments[0]), int(arguments[1]))
    elif what == "partner":
        found = partner()
    else:
        found = trial(Path(arguments[0]), arguments[1], start=what == "trial")
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[2:])
