"""The access table and the stages' table agree: no dead ends, no empty promises."""

from typing import get_args

import pytest

from seatrial.core.access.action import Phase
from seatrial.core.access.matrix import granted_roles
from seatrial.core.access.table import TABLE
from seatrial.core.stages import Side
from seatrial.faces.desk.acts import ACTIONS
from seatrial.review.submission import work_events as w
from seatrial.review.submission.state import Stage
from seatrial.review.submission.table import SIDES, STAGES, Command

OF_PERSONS = [kind for kind in get_args(Command) if SIDES[kind] is not Side.SOFTWARE]


def test_phases_are_the_submissions_stages() -> None:
    assert {one.value for one in Phase} == {one.value for one in Stage}


def test_persons_and_timers_ask_for_different_things() -> None:
    assert [kind for kind in OF_PERSONS if kind not in ACTIONS] == []
    assert [kind for kind in get_args(Command) if kind in ACTIONS and kind not in OF_PERSONS] == []


@pytest.mark.parametrize("kind", OF_PERSONS)
def test_both_tables_agree(kind: type[object]) -> None:
    """A command has somebody who may ask for it exactly in the stages where it is possible."""
    action = ACTIONS[kind]
    possible = {stage for stage in STAGES[kind] if stage is not None}
    if TABLE[action].phases is None:
        assert possible == set()
        return
    asked = {Stage(phase.value) for phase in Phase if granted_roles(action, phase)}
    if kind is w.TrialEnded:  # after a withdrawal only the software hands evidence in
        possible -= {Stage.WITHDRAWN}
    shared = [one for one in OF_PERSONS if ACTIONS[one] is action]
    others = {stage for one in shared for stage in STAGES[one] if stage is not None}

    assert possible <= asked
    assert asked <= others
