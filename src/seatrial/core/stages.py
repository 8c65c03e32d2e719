"""Stages: what may happen when, as tables; and the sentence of a refusal."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias, TypeVar

from seatrial.core.ledger.aggregate import NotPossibleError, Setting

G = TypeVar("G", bound=StrEnum)
E = TypeVar("E")

Moves: TypeAlias = Mapping[G | None, G]
"""From each stage in which something may happen to the stage after it. None: nothing yet."""

Table: TypeAlias = Mapping[type[object], Moves[G]]


class Side(StrEnum):
    """Who may ask for something, as far as the rules know: roles are the access table's affair."""

    DEVELOPER = "the developer"
    PROGRAMME = "the programme"
    PERSON = "a person"
    SOFTWARE = "a timer or workflow of the software"
    ANYONE = "anyone"


def stay(*stages: G) -> Moves[G]:
    """Give the moves of something that changes no stage."""
    return {stage: stage for stage in stages}


def lead(to: G, *stages: G) -> Moves[G]:
    """Give the moves of something that leads from any of `stages` to one."""
    return dict.fromkeys(stages, to)


def move(table: Table[G], stage: G | None, wanted: object, *, thing: str) -> G:
    """Give the stage after what is wanted.

    thing: its name in the refusal, e.g. `submission`.
    Raises: NotPossibleError saying when it would be possible.
    """
    moves = table.get(type(wanted), {})
    if stage in moves:
        return moves[stage]
    name = in_words(type(wanted))
    if stage is None:
        raise NotPossibleError(f"There is no such {thing}: {name} cannot be entered.", "Begin one.")
    when = sorted("new" if one is None else in_text(one) for one in moves)
    raise NotPossibleError(
        f"The {thing} is {in_text(stage)}: {name} is not possible now.",
        f"It is possible while the {thing} is {' or '.join(when)}."
        if when
        else "It only follows from something else.",
    )


def check_side(side: Side, setting: Setting, wanted: object, *, developer: str | None) -> None:
    """Refuse who may not ask for this.

    developer: party whose model it is; None where there is none.
    Raises: NotPossibleError.
    """
    actor = setting.actor
    match side:
        case Side.ANYONE:
            fits = True
        case Side.SOFTWARE:
            fits = actor.person is None
        case Side.PERSON:
            fits = actor.person is not None
        case Side.DEVELOPER:
            fits = actor.person is not None and actor.party == developer
        case Side.PROGRAMME:
            fits = actor.person is not None and actor.party not in (None, developer)
    if not fits:
        raise NotPossibleError(
            f"{in_words(type(wanted)).capitalize()} can only be entered by {side.value}.",
            "Ask them to do it.",
        )


def refuse_unless(fits: object, what: str, remedy: str) -> None:
    """Refuse when a guard does not hold. Raises: NotPossibleError."""
    if not fits:
        raise NotPossibleError(what, remedy)


def in_words(kind: type[object]) -> str:
    """Give an event's class name as words: `plan signed` for `PlanSigned`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()


def kind_names(*kinds: type[E]) -> Mapping[str, type[E]]:
    """Give each event's name in the ledger: `plan-signed` for `PlanSigned`."""
    return {in_words(kind).replace(" ", "-"): kind for kind in kinds}


def in_text(stage: StrEnum) -> str:
    """Give a stage as words."""
    return stage.value.replace("-", " ")
