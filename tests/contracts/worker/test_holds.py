"""What the worker destroys: a case's own access details and content, and nothing that is held."""

import pytest
from worker_portal import Workplace, workplace

IN_PORTAL = """
from dataclasses import replace
from datetime import timedelta
from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.people import Actor, CaseId, PartyId, PersonId
from seatrial.core.sealed.case_key import CASE_KEY, key_stream
from seatrial.faces.desk.content import items_of
from seatrial.faces.worker.acting import act
from seatrial.faces.worker.due import AFTER_ACCESS, Due, DueReader
from seatrial.review.incident.aggregate import INCIDENT
from seatrial.review.incident.events import Clock, EvidenceFrozen, Opened, Source
from seatrial.review.submission.aggregate import SUBMISSION
from seatrial.wiring.worker import the_blob_folder
ledger, now = the_ledger(), the_clock().now()
someone = Setting(at=now, actor=Actor(person=PersonId("eve"), party=PartyId("operator"), by="test"))
def due_kinds(case):
    return [one.kind for one in DueReader(ledger, the_blob_folder()).due(now + timedelta(days=9))
            if one.identity == case]
def freeze(name, evidence):
    opened = Opened(source=Source.HAND, case=None, title="t", account=evidence,
        known_at=now - timedelta(hours=1), policy=evidence, affected=(),
        clocks=(Clock(name="c", duty="d", due=now + timedelta(days=9)),))
    ledger.handle(INCIDENT, StreamId(f"incident/{name}"), opened, someone)
    frozen = EvidenceFrozen(evidence=(evidence,))
    ledger.handle(INCIDENT, StreamId(f"incident/{name}"), frozen, someone)
def purge(case):
    stream = StreamId(f"submission/{case}")
    number = ledger.state(SUBMISSION, stream)[1]
    return act(Due(stream=stream, number=number, kind="submission.purged"), f"purge/{case}")
def destroyed(case):
    return ledger.state(CASE_KEY, key_stream(CaseId(case)))[0].destroyed
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return workplace(tmp_path_factory.mktemp("holds"))


def test_evidence_frozen_by_an_incident_of_no_case_is_not_purged(place: Workplace) -> None:
    place.seed("timers", 3600, 2)
    held, free = place.ask(
        IN_PORTAL + "\n"
        "evidence = items_of(ledger, CaseId('withdrawn0'))[0].digest\n"
        "freeze('loose', evidence)\n"
        "answer = [\n"
        "    [due_kinds(one), purge(one), destroyed(one)] for one in ('withdrawn0', 'withdrawn1')\n"
        "]\n"
    )

    assert held == [[], False, False]
    assert free == [["submission.purged"], True, True]


def test_the_end_of_access_destroys_no_other_cases_content(place: Workplace) -> None:
    """Whatever a case names as its access details; entries of before did so unchecked."""
    left = place.ask(
        IN_PORTAL + "\n"
        "from seatrial.review.submission import events as happened\n"
        "from seatrial.review.submission.model import Terms, terms_digest, rules_of\n"
        "case, stream = CaseId('opencase'), StreamId('submission/thief')\n"
        "theirs = items_of(ledger, case)[0].digest\n"
        "model = replace(ledger.state(SUBMISSION, StreamId('submission/otherdraft'))[0].model,\n"
        "    credentials=theirs)\n"
        "rules = ledger.state(SUBMISSION, StreamId('submission/opencase'))[0].rules\n"
        "terms = Terms(purposes=rules.purposes[:1], retention_days=1, nondisclosure=theirs)\n"
        "other = Setting(at=now, actor=Actor(person=PersonId('x'), party=PartyId('l2'), by='t'))\n"
        "ends = now + timedelta(days=1)\n"
        "for who, wanted in (\n"
        "    (other, happened.Drafted(model=model, rules=rules)),\n"
        "    (other, happened.Offered(terms=terms)),\n"
        "    (someone, happened.TermsAgreed(terms=terms_digest(terms))),\n"
        "    (someone, happened.Accepted()),\n"
        "    (other, happened.AccessGranted(ends_at=ends, credentials=theirs)),\n"
        "    (other, happened.Withdrawn()),\n"
        "):\n"
        "    number = ledger.handle(SUBMISSION, stream, wanted, who).number\n"
        "act(Due(stream=stream, number=number, kind=AFTER_ACCESS), 'after')\n"
        "answer = the_blob_folder().has(theirs)\n"
    )

    assert left
