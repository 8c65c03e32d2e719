"""The access table as text: every role, every action, every phase, as decided."""

from collections.abc import Iterator

from seatrial.core.access.action import Action, Phase
from seatrial.core.access.decide import decide_access
from seatrial.core.access.standing import CaseStanding, Granted, Standing
from seatrial.core.access.table import TABLE, Place
from seatrial.core.people import CaseId, PartyId, PersonId, Role

LETTERS = {
    Role.DEVELOPER: "D",
    Role.EVALUATOR: "E",
    Role.DETERMINING_OFFICIAL: "O",
    Role.CONSULTEE: "C",
    Role.TRUSTED_PARTNER: "T",
    Role.AUDITOR: "A",
    Role.ADMINISTRATOR: "M",
}
"""For the cells of the matrix; M manages."""

_CASE = CaseId("case")


def someone(role: Role) -> Standing:
    """Give a person for whom everything but the role is as it should be."""
    return Standing(
        person=PersonId("person"),
        party=PartyId("party"),
        roles=frozenset({role}),
        operator=role is not Role.DEVELOPER,
        case=_CASE,
        case_role=role,
        purposes=frozenset({"purpose"}),
        nondisclosure=True,
    )


def some_case(phase: Phase) -> CaseStanding:
    """Give a case in a phase, its window open if it can be, an export waiting."""
    return CaseStanding(
        case=_CASE,
        developer=PartyId("party"),
        phase=phase,
        window_open=phase is Phase.OPEN,
        export_asked_by=PersonId("another"),
    )


def granted_roles(action: Action, phase: Phase) -> str:
    """Give the letters of the roles that may do something in a phase."""
    return "".join(
        letter
        for role, letter in LETTERS.items()
        if isinstance(decide_access(someone(role), action, some_case(phase), "purpose"), Granted)
    )


def matrix_lines() -> Iterator[str]:
    """Give the matrix as a table in Markdown, one action a row."""
    yield f"| action | {' | '.join(one.value for one in Phase)} | conditions |"
    yield f"|---|{'---|' * len(Phase)}---|"
    for action in Action:
        cells = (granted_roles(action, phase) or "·" for phase in Phase)
        yield f"| {action.value} | {' | '.join(cells)} | {_conditions(action)} |"


def _conditions(action: Action) -> str:
    rule = TABLE[action]
    if rule.phases is None:
        return Place.OPERATOR.value if rule.operator else "in the party"
    said = (
        (rule.place.value, rule.place is not Place.TEAM),
        ("sealed", rule.sealed),
        ("window", rule.in_window),
        ("second person", action is Action.AGREE_EXPORT),
    )
    return ", ".join(name for name, holds in said if holds)
