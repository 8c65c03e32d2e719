"""The workflows. What a step appends to the ledger has the key `WORKFLOW/STEP`.

Inputs and results are plain JSON values: they lie in the work database. Nothing confidential is
among them but names of cases and trials.
"""

import logging
from typing import Any

from dbos import DBOS

from seatrial.core.people import CaseId
from seatrial.core.problem import ProblemError
from seatrial.core.record import from_json
from seatrial.faces.worker import rescan_work, signing, trial_work
from seatrial.faces.worker.acting import act
from seatrial.faces.worker.due import Due
from seatrial.faces.worker.notices import send_mails, tell_people

_LOG = logging.getLogger("seatrial.worker")


def step_key() -> str:
    """Give the idempotency key of the step that runs."""
    return f"{DBOS.workflow_id}/{DBOS.step_id}"


@DBOS.step()
def do_what_is_due(due: dict[str, Any]) -> bool:
    """Do one due act."""
    return act(from_json(Due, due, place="what is due"), step_key())


@DBOS.workflow()
def sweep(dues: list[dict[str, Any]]) -> int:
    """Do what was found due; give how much of it was still to be done.

    What cannot be done now is found due again; the rest does not wait for it.
    """
    done = 0
    for one in dues:
        try:
            done += do_what_is_due(one)
        except ProblemError as problem:
            _LOG.warning("%s: %s %s", one["stream"], problem.what, problem.remedy)
    return done


@DBOS.step()
def make_notices() -> None:
    """Make inbox rows of the ledger's new entries."""
    tell_people()


@DBOS.step()
def mail_notices() -> None:
    """Mail people what is new."""
    send_mails()


@DBOS.workflow()
def notify() -> None:
    """Tell people what happened: in their inbox, then by mail."""
    make_notices()
    mail_notices()


@DBOS.step()
def conduct_trial(case: str, trial: str) -> bool:
    """Run the trial in a process of its own."""
    return trial_work.conduct(CaseId(case), trial)


@DBOS.step()
def seal_evidence(case: str, trial: str) -> str | None:
    """Seal what it left."""
    return trial_work.seal_trial(CaseId(case), trial, step_key())


@DBOS.step()
def enter_end(case: str, trial: str, statement: str | None) -> None:
    """Enter that it ended."""
    trial_work.enter_end(CaseId(case), trial, statement, step_key())


@DBOS.step()
def clear_trial(case: str, trial: str) -> None:
    """Remove its folder."""
    trial_work.clear(CaseId(case), trial)


@DBOS.step()
def sign_evidence(case: str, trial: str) -> dict[str, str | None] | None:
    """Check and sign what a host handed in; None when nothing waits for it."""
    signed = signing.sign_evidence(CaseId(case), trial, step_key())
    return None if signed is None else {"statement": signed.statement, "why": signed.why}


@DBOS.step()
def enter_signed(case: str, trial: str, statement: str | None, why: str) -> None:
    """Enter that it ended, and tell why."""
    trial_work.enter_end(CaseId(case), trial, statement, step_key(), why=why)


@DBOS.workflow()
def sign(case: str, name: str) -> None:
    """Sign the evidence of a trial that a host ran, and end it."""
    signed = sign_evidence(case, name)
    if signed is not None:
        enter_signed(case, name, signed["statement"], str(signed["why"]))


@DBOS.workflow()
def trial(case: str, name: str) -> None:
    """Run a trial that was ordered in the portal, and hand its evidence in."""
    conduct_trial(case, name)
    statement = seal_evidence(case, name)
    enter_end(case, name, statement)
    clear_trial(case, name)


@DBOS.step()
def cases_to_search(rescan_id: str) -> list[str]:
    """Name the cases that have no result yet."""
    return rescan_work.left_of(rescan_id)


@DBOS.step()
def search_case(rescan_id: str, case: str) -> None:
    """Search one case and enter its result."""
    rescan_work.search_case(rescan_id, CaseId(case), step_key())


@DBOS.step()
def finish_rescan(rescan_id: str) -> None:
    """Enter that every case has a result."""
    rescan_work.finish(rescan_id, step_key())


@DBOS.workflow()
def rescan(rescan_id: str) -> None:
    """Search every case of an order, a step each: what a kill ends is one case's search."""
    for case in cases_to_search(rescan_id):
        search_case(rescan_id, case)
    finish_rescan(rescan_id)
