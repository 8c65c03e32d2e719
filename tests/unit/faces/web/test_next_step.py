"""What a case waits for: said for every standing, and by acts that there are."""

import pytest

from seatrial.faces.web.case_acts import LABELS
from seatrial.faces.web.next_step import (
    BEFORE_ACCESS,
    BY_STAGE,
    ENDINGS,
    WORKING,
    Step,
)
from seatrial.review.submission.state import Stage, Work

OTHER_PAGES = {"trials", "give-view", "issue"}
STEPS = [*BY_STAGE.values(), *BEFORE_ACCESS.values(), *WORKING.values()]


@pytest.mark.parametrize("step", STEPS, ids=lambda one: one.said[:30])
def test_the_acts_of_a_step_are_there_and_have_somebody_to_do_them(step: Step) -> None:
    assert set(step.kinds) <= {*LABELS, *OTHER_PAGES}
    assert bool(step.kinds) == bool(step.by)


def test_every_stage_and_work_has_a_step() -> None:
    assert {*BY_STAGE, Stage.OFFERED, Stage.ACCEPTED, Stage.OPEN, Stage.ENDED} == set(Stage)
    assert set(WORKING) == set(Work)
    # A trial needs the window: before access the work comes no further.
    assert set(BEFORE_ACCESS) == {Work.NONE, Work.PLAN_PROPOSED, Work.PLAN_SIGNED}


def test_what_ends_something_is_an_act_of_its_own() -> None:
    assert set(ENDINGS) <= set(LABELS)
