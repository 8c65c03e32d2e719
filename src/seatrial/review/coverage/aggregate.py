"""The coverage inquiry as an aggregate: state, table, decide, evolve."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never, get_args

from seatrial.core.canonical import Digest
from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.people import PartyId
from seatrial.core.stages import Side, Table, check_side, kind_names, lead, move, refuse_unless
from seatrial.core.words import check_issued
from seatrial.review.coverage.events import (
    Answered,
    Asked,
    Event,
    FactsAsked,
    FactsGiven,
    TakenBack,
)
from seatrial.review.submission.model import is_digest


class Stage(StrEnum):
    """Where the inquiry stands."""

    ASKED = "asked"
    WAITING = "waiting-for-facts"
    ANSWERED = "answered"
    TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """An inquiry. facts: digests of the developer's sealed descriptions, in order."""

    stage: Stage
    developer: PartyId
    name: str
    asked_at: datetime
    facts: tuple[Digest, ...]
    questions: tuple[str, ...] = ()
    answer: Answered | None = None
    answered_at: datetime | None = None


STAGES: Table[Stage] = {
    Asked: {None: Stage.ASKED},
    FactsAsked: lead(Stage.WAITING, Stage.ASKED),
    FactsGiven: lead(Stage.ASKED, Stage.ASKED, Stage.WAITING),
    # An answer to what was told so far is possible while more is asked for.
    Answered: lead(Stage.ANSWERED, Stage.ASKED, Stage.WAITING),
    TakenBack: lead(Stage.TAKEN_BACK, Stage.ASKED, Stage.WAITING),
}

SIDES: Mapping[type[object], Side] = {
    Asked: Side.PERSON,
    FactsAsked: Side.PROGRAMME,
    FactsGiven: Side.DEVELOPER,
    Answered: Side.PROGRAMME,
    TakenBack: Side.DEVELOPER,
}


def decide(state: Inquiry | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError; BadInputError for words of a permission."""
    move(STAGES, state.stage if state else None, wanted, thing="inquiry")
    developer = state.developer if state else None
    check_side(SIDES[type(wanted)], setting, wanted, developer=developer)
    match wanted:
        case Asked() | FactsGiven():
            refuse_unless(
                is_digest(wanted.facts) and setting.actor.party,
                "An inquiry needs the digest of a sealed description, from a party.",
                "Describe the model first.",
            )
        case FactsAsked():
            refuse_unless(wanted.question.strip(), "Nothing is asked.", "Ask something.")
            check_issued(wanted.question, place="question to the developer")
        case Answered():
            _check_answer(wanted, setting)
        case TakenBack():
            pass
        case _:
            assert_never(wanted)
    return (wanted,)


def _check_answer(wanted: Answered, setting: Setting) -> None:
    refuse_unless(
        wanted.official == setting.actor.person and wanted.office.strip(),
        "An answer is entered by the official whom it names, with the office.",
        "The official must enter it.",
    )
    refuse_unless(wanted.reasons.strip(), "The answer has no reasons.", "Give them.")
    check_issued(wanted.office, place="office of the answer")
    check_issued(wanted.reasons, place="reasons of the answer")


def evolve(state: Inquiry | None, event: Event, setting: Setting) -> Inquiry:
    """Give the inquiry after an event that `decide` gave."""
    stage = STAGES[type(event)][state.stage if state else None]
    if state is None:
        if not isinstance(event, Asked):
            raise TypeError("the table lets an inquiry begin with a question only")
        return Inquiry(
            stage=stage,
            developer=setting.actor.party or PartyId(""),
            name=event.name,
            asked_at=setting.at,
            facts=(event.facts,),
        )
    moved = replace(state, stage=stage)
    match event:
        case FactsAsked():
            return replace(moved, questions=(*state.questions, event.question))
        case FactsGiven():
            return replace(moved, facts=(*state.facts, event.facts))
        case Answered():
            return replace(moved, answer=event, answered_at=setting.at)
        case Asked() | TakenBack():
            return moved
        case _:
            assert_never(event)


COVERAGE: Aggregate[Inquiry | None, Event, Event] = Aggregate(
    name="coverage",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
