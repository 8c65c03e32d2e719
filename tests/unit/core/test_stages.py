"""A refusal says what was wanted, where things stand, and when it would be possible."""

from datetime import UTC, datetime
from enum import StrEnum

import pytest

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.people import Actor, PartyId, PersonId
from seatrial.core.stages import (
    Side,
    Table,
    check_side,
    in_words,
    kind_names,
    lead,
    move,
    refuse_unless,
    stay,
)


class Light(StrEnum):
    RED = "red"
    DEEP_GREEN = "deep-green"


class Begun: ...


class TurnedGreen: ...


class Looked: ...


TABLE: Table[Light] = {
    Begun: {None: Light.RED},
    TurnedGreen: lead(Light.DEEP_GREEN, Light.RED),
    Looked: stay(Light.RED, Light.DEEP_GREEN),
}


def test_a_table_tells_the_next_stage() -> None:
    assert move(TABLE, None, Begun(), thing="light") is Light.RED
    assert move(TABLE, Light.RED, TurnedGreen(), thing="light") is Light.DEEP_GREEN
    assert move(TABLE, Light.RED, Looked(), thing="light") is Light.RED


@pytest.mark.parametrize(
    ("stage", "wanted", "what", "remedy"),
    [
        (
            Light.DEEP_GREEN,
            TurnedGreen(),
            "The light is deep green: turned green is not possible now.",
            "It is possible while the light is red.",
        ),
        (
            Light.RED,
            Begun(),
            "The light is red: begun is not possible now.",
            "It is possible while the light is new.",
        ),
        (None, Looked(), "There is no such light: looked cannot be entered.", "Begin one."),
        (
            Light.RED,
            object(),
            "The light is red: object is not possible now.",
            "It only follows from something else.",
        ),
    ],
)
def test_what_the_table_does_not_hold_is_refused(
    stage: Light | None, wanted: object, what: str, remedy: str
) -> None:
    with pytest.raises(NotPossibleError) as refusal:
        move(TABLE, stage, wanted, thing="light")

    assert (refusal.value.what, refusal.value.remedy) == (what, remedy)


PERSON, LAB = PersonId("p"), PartyId("lab")


@pytest.mark.parametrize(
    ("person", "party", "sides"),
    [
        (PERSON, LAB, {Side.ANYONE, Side.PERSON, Side.DEVELOPER}),
        (PERSON, PartyId("agency"), {Side.ANYONE, Side.PERSON, Side.PROGRAMME}),
        (PERSON, None, {Side.ANYONE, Side.PERSON}),
        (None, None, {Side.ANYONE, Side.SOFTWARE}),
        # Software that acts on a party's behalf is still no person of it.
        (None, LAB, {Side.ANYONE, Side.SOFTWARE}),
    ],
)
def test_a_side_is_known_by_person_and_party(
    person: PersonId | None, party: PartyId | None, sides: set[Side]
) -> None:
    actor = Actor(person=person, party=party, by="test")
    setting = Setting(at=datetime(2026, 6, 2, tzinfo=UTC), actor=actor)
    fitting = set()
    for side in Side:
        try:
            check_side(side, setting, Looked(), developer=LAB)
        except NotPossibleError as refusal:
            sentence = f"Looked can only be entered by {side.value}."
            assert refusal.what == sentence  # noqa: PT017 - each side has its own sentence
        else:
            fitting.add(side)

    assert fitting == sides


def test_kinds_are_named_after_their_classes() -> None:
    assert kind_names(Begun, TurnedGreen) == {"begun": Begun, "turned-green": TurnedGreen}
    assert in_words(TurnedGreen) == "turned green"


def test_a_guard_that_does_not_hold_refuses() -> None:
    refuse_unless([1], "x", "y")
    with pytest.raises(NotPossibleError, match="x y"):
        refuse_unless([], "x", "y")
