"""The incident as an aggregate: decide, evolve."""

from dataclasses import replace
from typing import assert_never, get_args

from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, Setting
from seatrial.core.moment import show_moment
from seatrial.core.stages import (
    check_side,
    kind_names,
    move,
    refuse_unless,
)
from seatrial.review.incident.events import (
    ClockAnswered,
    ClockMissed,
    Closed,
    Event,
    EvidenceFrozen,
    Opened,
    PartyAffected,
    PartyNotified,
    Reopened,
    Rescanned,
)
from seatrial.review.incident.state import SIDES, STAGES, ClockStanding, Incident, RunningClock
from seatrial.review.submission.model import is_digest


def decide(state: Incident | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event; a late answer is preceded by the clock's miss.

    Raises: NotPossibleError.
    """
    move(STAGES, state.stage if state else None, wanted, thing="incident")
    check_side(SIDES[type(wanted)], setting, wanted, developer=None)
    if isinstance(wanted, Opened):
        _check_opening(wanted, setting)
    if state is None:
        return (wanted,)
    _check(state, wanted, setting)
    if isinstance(wanted, ClockAnswered):
        running = _clock(state, wanted.clock)
        if running.standing is ClockStanding.RUNNING and setting.at > running.clock.due:
            return (ClockMissed(clock=wanted.clock), wanted)
    return (wanted,)


def _check_opening(wanted: Opened, setting: Setting) -> None:
    names = [one.name for one in wanted.clocks]
    refuse_unless(
        wanted.known_at <= setting.at,
        f"The incident would be known at {show_moment(wanted.known_at)}, in the future.",
        "Say when it was noticed.",
    )
    refuse_unless(
        names and len(set(names)) == len(names),
        "An incident has the policy's clocks, each once.",
        "Start them from the policy.",
    )
    refuse_unless(
        all(one.due > wanted.known_at for one in wanted.clocks),
        "A clock would be due before the incident was known.",
        "Start the clocks from the policy.",
    )
    refuse_unless(
        wanted.title.strip() and is_digest(wanted.account) and is_digest(wanted.policy),
        "An incident needs a title, a sealed account and the policy's digest.",
        "Write down what is known, then open it.",
    )


def _check(state: Incident, wanted: Event, setting: Setting) -> None:
    match wanted:
        case PartyAffected():
            refuse_unless(
                wanted.party not in state.affected,
                f"{wanted.party} is among the affected.",
                "Nothing is left to do.",
            )
        case PartyNotified():
            refuse_unless(
                wanted.party in state.affected and is_digest(wanted.text),
                f"{wanted.party} is not among the affected, or the text has no digest.",
                "Add the party first, and store what it is told.",
            )
        case EvidenceFrozen():
            refuse_unless(
                wanted.evidence and all(is_digest(one) for one in wanted.evidence),
                "Evidence is frozen by digest, at least one.",
                "Name what is to be held.",
            )
        case ClockAnswered():
            done = _clock(state, wanted.clock).done_at
            refuse_unless(done is None, f"{wanted.clock} is done.", "Nothing is left to do.")
            refuse_unless(is_digest(wanted.record), "The record has no digest.", "Store it first.")
        case ClockMissed():
            _check_miss(_clock(state, wanted.clock), setting)
        case Rescanned():
            refuse_unless(
                0 <= wanted.found <= wanted.scanned and is_digest(wanted.record),
                f"A rescan of {wanted.scanned} samples cannot have found {wanted.found}.",
                "Enter what the scan gave.",
            )
        case Closed():
            _check_close(state, wanted)
        case Reopened():
            refuse_unless(wanted.reason.strip(), "Reopening goes on record.", "Give a reason.")
        case Opened():
            pass
        case _:
            assert_never(wanted)


def _check_miss(running: RunningClock, setting: Setting) -> None:
    refuse_unless(
        running.standing is ClockStanding.RUNNING,
        f"{running.clock.name} is {running.standing.value}.",
        "Nothing is left to do.",
    )
    refuse_unless(
        setting.at > running.clock.due,
        f"{running.clock.name} runs until {show_moment(running.clock.due)}.",
        "Wait until then.",
    )


def _check_close(state: Incident, wanted: Closed) -> None:
    left = [one.clock.name for one in state.clocks if one.done_at is None]
    refuse_unless(
        not left, f"These clocks wait for what they ask: {', '.join(left)}.", "Answer them first."
    )
    untold = [one for one in state.affected if one not in state.notified]
    refuse_unless(
        not untold, f"These affected parties were not told: {', '.join(untold)}.", "Tell them."
    )
    refuse_unless(state.evidence, "No evidence was frozen.", "Freeze it first.")
    refuse_unless(is_digest(wanted.lessons), "The lessons have no digest.", "Store them first.")


def _clock(state: Incident, name: str) -> RunningClock:
    for one in state.clocks:
        if one.clock.name == name:
            return one
    known = ", ".join(one.clock.name for one in state.clocks)
    raise NotPossibleError(f"There is no clock {name!r}.", f"Choose from: {known}.")


def evolve(state: Incident | None, event: Event, setting: Setting) -> Incident:  # noqa: C901, PLR0911 - one line a kind
    """Give the incident after an event that `decide` gave."""
    stage = STAGES[type(event)][state.stage if state else None]
    if state is None:
        if not isinstance(event, Opened):
            raise TypeError("the table lets an incident begin by being opened only")
        return Incident(
            stage=stage,
            opened=event,
            opened_at=setting.at,
            clocks=tuple(RunningClock(clock=one) for one in event.clocks),
            affected=event.affected,
        )
    match event:
        case Opened():
            return state
        case PartyAffected():
            return replace(state, affected=(*state.affected, event.party))
        case PartyNotified():
            return replace(state, notified=(*state.notified, event.party))
        case EvidenceFrozen():
            new = tuple(one for one in event.evidence if one not in state.evidence)
            return replace(state, evidence=(*state.evidence, *new))
        case ClockAnswered() | ClockMissed():
            return replace(state, clocks=_turn(state.clocks, event, setting))
        case Rescanned():
            return replace(state, rescans=(*state.rescans, event))
        case Reopened():
            return replace(state, stage=stage, closed_at=None)
        case Closed():
            return replace(state, stage=stage, closed_at=setting.at)
        case _:
            assert_never(event)


def _turn(
    clocks: tuple[RunningClock, ...], event: ClockAnswered | ClockMissed, setting: Setting
) -> tuple[RunningClock, ...]:
    return tuple(
        _turned(one, event, setting) if one.clock.name == event.clock else one for one in clocks
    )


def _turned(
    running: RunningClock, event: ClockAnswered | ClockMissed, setting: Setting
) -> RunningClock:
    if isinstance(event, ClockMissed):
        return replace(running, standing=ClockStanding.MISSED)
    missed = running.standing is ClockStanding.MISSED
    return replace(
        running,
        standing=ClockStanding.MISSED if missed else ClockStanding.MET,
        done_at=setting.at,
        record=event.record,
    )


INCIDENT: Aggregate[Incident | None, Event, Event] = Aggregate(
    name="incident",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
