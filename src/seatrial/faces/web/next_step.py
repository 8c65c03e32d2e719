"""What a case waits for now: whose turn it is, and which acts bring it on."""

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.core.people import Role
from seatrial.review.submission.state import Stage, Submission, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """said: what is to come. by: who does it; empty when nobody has to. kinds: acts that do it."""

    said: str
    by: tuple[Role, ...] = ()
    kinds: tuple[str, ...] = ()


DEVELOPER, EVALUATOR, OFFICIAL = Role.DEVELOPER, Role.EVALUATOR, Role.DETERMINING_OFFICIAL

_PLAN = Step(
    said="A plan is to be proposed: what is measured, how, and against which thresholds.",
    by=(EVALUATOR,),
    kinds=("plan-proposed",),
)
_COMMENT = Step(
    said="The developer comments on the proposed plan; then the evaluator signs it.",
    by=(DEVELOPER, EVALUATOR),
    kinds=("plan-commented", "plan-signed"),
)
_GRANT = Step(
    said="The plan is signed. The developer grants access, and the window opens.",
    by=(DEVELOPER,),
    kinds=("access-granted",),
)
_TOO_LATE = Step(
    said="The window ended before a trial was finished. The case can be closed.",
    by=(EVALUATOR, OFFICIAL),
    kinds=("closed", "trial-ended"),
)

BY_STAGE: Mapping[Stage, Step] = {
    Stage.DRAFT: Step(
        said="The draft is seen by the developer's people only. Offer it when it is ready.",
        by=(DEVELOPER,),
        kinds=("offered",),
    ),
    Stage.AGREED: Step(
        said="Both sides agree on the terms. The programme takes the submission up.",
        by=(EVALUATOR,),
        kinds=("accepted",),
    ),
    Stage.DECLINED: Step(said="The programme declined it. Nothing is left to do."),
    Stage.CLOSED: Step(said="The case is closed. Nothing is left to do."),
    Stage.WITHDRAWN: Step(said="The developer withdrew it. Nothing is left to do."),
}
"""Stages where the work plays no part."""

BEFORE_ACCESS: Mapping[Work, Step] = {
    Work.NONE: _PLAN,
    Work.PLAN_PROPOSED: _COMMENT,
    Work.PLAN_SIGNED: _GRANT,
}

WORKING: Mapping[Work, Step] = {
    Work.NONE: _PLAN,
    Work.PLAN_PROPOSED: _COMMENT,
    Work.PLAN_SIGNED: Step(
        said="The plan is signed and the window is open: the trial can start.",
        by=(EVALUATOR,),
        kinds=("trials", "trial-started"),
    ),
    Work.TRIAL_RUNNING: Step(
        said="A trial runs. Its evidence comes in at its end.",
        by=(EVALUATOR,),
        kinds=("trials", "trial-ended"),
    ),
    Work.TRIAL_ENDED: Step(
        said="The trial has ended. A person reads what two reviewers found, and signs off.",
        by=(EVALUATOR,),
        kinds=("integrity-reviewed",),
    ),
    Work.INTEGRITY_REVIEWED: Step(
        said="The integrity review is signed off. The report is to be rendered.",
        by=(EVALUATOR,),
        kinds=("report-rendered",),
    ),
    Work.REPORTED: Step(
        said="The developer reads its report and asks for corrections; then comes the"
        " recommendation.",
        by=(DEVELOPER, EVALUATOR),
        kinds=("correction-asked", "correction-answered", "recommended"),
    ),
    Work.RECOMMENDED: Step(
        said="The developer objects, or has nothing to add; consultees give their views; then the"
        " official determines.",
        by=(DEVELOPER, Role.CONSULTEE, OFFICIAL),
        kinds=("objected", "objections-rested", "give-view", "determined"),
    ),
    Work.DETERMINED: Step(
        said="It is determined. A certificate can be issued, and the case closed.",
        by=(OFFICIAL,),
        kinds=("issue", "closed"),
    ),
}

_AGREE: Mapping[bool, Step] = {
    True: Step(
        said="The developer's terms wait for the programme, which agrees or proposes others.",
        by=(EVALUATOR,),
        kinds=("terms-agreed",),
    ),
    False: Step(
        said="The programme's terms wait for the developer, who agrees or proposes others.",
        by=(DEVELOPER,),
        kinds=("terms-agreed",),
    ),
}
"""By whether the developer proposed the terms last."""

ENDINGS = ("access-revoked", "declined", "closed", "withdrawn")
"""Acts that end something for good."""


def next_step(state: Submission) -> Step:
    """Give what the case waits for."""
    match state.stage:
        case Stage.OFFERED:
            return _AGREE[state.terms_by_developer]
        case Stage.ACCEPTED:
            return BEFORE_ACCESS[state.work]
        case Stage.OPEN:
            return WORKING[state.work]
        case Stage.ENDED:
            finished = any(one.statement for one in state.trials)
            return WORKING[state.work] if finished else _TOO_LATE
        case _:
            return BY_STAGE[state.stage]
