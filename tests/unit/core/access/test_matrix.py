"""Every role, every action, every phase: as the reference page shows it, and as the rules say."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.core.access.action import Action, Phase
from seatrial.core.access.decide import decide_access
from seatrial.core.access.matrix import matrix_lines, some_case, someone
from seatrial.core.access.standing import (
    NOBODY,
    CaseStanding,
    Denied,
    Granted,
    Standing,
    TokenScope,
)
from seatrial.core.access.table import TABLE, Place
from seatrial.core.people import CaseId, PartyId, PersonId, Role

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "access.md"
EVERYTHING = list(itertools.product(Role, Action, Phase))
SEALED = [action for action in Action if TABLE[action].sealed]
IN_CASES = [action for action in Action if TABLE[action].phases is not None]
READS_AND_AUDIT = {
    Action.READ_CASE,
    Action.READ_WRITINGS,
    Action.READ_EVIDENCE,
    Action.READ_REPORT,
    Action.READ_ANNEX,
    Action.AUDIT_LEDGER,
    Action.ASK_EXPORT,
    Action.AGREE_EXPORT,
    Action.SIGN_NONDISCLOSURE,
    Action.DECLARE_CONFLICT,
    Action.OPEN_INCIDENT,
    Action.READ_TOLD,
}


def granted(role: Role, action: Action, phase: Phase) -> bool:
    answer = decide_access(someone(role), action, some_case(phase), "purpose")
    return isinstance(answer, Granted)


def granted_somewhere(role: Role, action: Action) -> bool:
    return any(granted(role, action, phase) for phase in Phase)


def test_the_reference_page_shows_the_matrix_as_decided() -> None:
    """When it differs: paste what matrix_lines() gives, after having thought about each change."""
    shown = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    start = next(i for i, line in enumerate(shown) if line.startswith("| action |"))
    expected = [line for line in matrix_lines() if line.startswith("| ")]

    assert shown[start : start + len(expected)] == expected


def test_every_action_is_in_the_table() -> None:
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("action", list(Action))
def test_who_has_not_signed_in_gets_nothing(action: Action) -> None:
    assert decide_access(NOBODY, action, some_case(Phase.OPEN), "purpose") == Denied(
        reason="Sign in first."
    )


def test_a_developer_never_sees_annex_or_evidence_and_never_judges() -> None:
    judging = (Action.RECOMMEND, Action.DETERMINE, Action.CERTIFY, Action.REVIEW_INTEGRITY)
    hidden = (Action.READ_ANNEX, Action.READ_EVIDENCE, Action.ASK_EXPORT, Action.AUDIT_LEDGER)

    assert not any(granted_somewhere(Role.DEVELOPER, one) for one in (*judging, *hidden))


def test_what_is_the_developers_is_nobody_elses() -> None:
    own = (
        Action.WITHDRAW,
        Action.PLAN_RELEASE,
        Action.GRANT_ACCESS,
        Action.EXTEND_WINDOW,
        Action.OBJECT,
        Action.ASSIGN_OWN,
    )
    others = [role for role in Role if role is not Role.DEVELOPER]

    assert not any(granted_somewhere(role, one) for role in others for one in own)
    assert all(granted(Role.DEVELOPER, Action.PLAN_RELEASE, phase) for phase in Phase)
    assert [p for p in Phase if not granted(Role.DEVELOPER, Action.WITHDRAW, p)] == [
        Phase.WITHDRAWN
    ]


def test_an_auditor_reads_and_changes_nothing() -> None:
    does = {action for action in Action if granted_somewhere(Role.AUDITOR, action)}

    assert does <= READS_AND_AUDIT


def test_administrators_see_nothing_of_a_case() -> None:
    does = {action for action in IN_CASES if granted_somewhere(Role.ADMINISTRATOR, action)}

    assert does == {Action.ASSIGN_TEAM}


def test_the_model_is_used_by_evaluators_in_an_open_window_only() -> None:
    for action in (Action.USE_MODEL, Action.RUN_TRIAL):
        allowed = {(r, p) for r, a, p in EVERYTHING if a is action and granted(r, a, p)}
        assert allowed == {(Role.EVALUATOR, Phase.OPEN)}

        late = replace(some_case(Phase.OPEN), window_open=False)
        assert decide_access(someone(Role.EVALUATOR), action, late, "purpose") == Denied(
            reason="The window is not open."
        )


def test_nobody_recommends_and_determines() -> None:
    both = [
        role
        for role in Role
        if granted_somewhere(role, Action.RECOMMEND) and granted_somewhere(role, Action.DETERMINE)
    ]

    assert both == []


def test_a_draft_is_its_developers_alone() -> None:
    seen = {r for r, a, p in EVERYTHING if p is Phase.DRAFT and a in IN_CASES and granted(r, a, p)}

    assert seen == {Role.DEVELOPER}


CELLS = list(itertools.product(Role, IN_CASES, Phase))


def cells_granted(
    change: Callable[[Standing, CaseStanding], tuple[Standing, CaseStanding | None]],
    purpose: str | None = "purpose",
) -> set[tuple[Role, Action, Phase]]:
    """Give the cells in which access is given although something was changed."""
    found = set()
    for role, action, phase in CELLS:
        who, case = change(someone(role), some_case(phase))
        if isinstance(decide_access(who, action, case, purpose), Granted):
            found.add((role, action, phase))
    return found


ALL_GRANTED = cells_granted(lambda who, case: (who, case))
UNSEALED = {(r, a, p) for r, a, p in ALL_GRANTED if a not in SEALED}
DEVELOPERS = {(r, a, p) for r, a, p in ALL_GRANTED if r is Role.DEVELOPER}
OFFICE = {(r, a, p) for r, a, p in ALL_GRANTED if r is Role.ADMINISTRATOR}


class TestWithoutACondition:
    """What takes a condition away takes access away, in every cell of the matrix."""

    def test_the_wrong_case(self) -> None:
        other = {"case": CaseId("other"), "developer": PartyId("other")}

        assert cells_granted(lambda who, case: (who, replace(case, **other))) == OFFICE

    def test_no_case(self) -> None:
        assert cells_granted(lambda who, _: (who, None)) == set()

    def test_a_lost_role(self) -> None:
        assert cells_granted(lambda who, case: (replace(who, roles=frozenset()), case)) == set()

    def test_a_conflict(self) -> None:
        """A developer's interest is no secret; an administrator sees nothing."""
        given = cells_granted(lambda who, case: (replace(who, conflict=True), case))

        assert given == DEVELOPERS | OFFICE

    def test_a_token_of_another_case(self) -> None:
        token = TokenScope(case=CaseId("other"), purpose="purpose")

        assert cells_granted(lambda who, case: (replace(who, token=token), case)) == set()

    def test_no_agreement(self) -> None:
        given = cells_granted(lambda who, case: (replace(who, nondisclosure=False), case))

        assert given == UNSEALED | DEVELOPERS

    @pytest.mark.parametrize("purpose", [None, "other"])
    def test_no_purpose(self, purpose: str | None) -> None:
        given = cells_granted(lambda who, case: (who, case), purpose)

        assert given == UNSEALED | DEVELOPERS

    def test_purged(self) -> None:
        given = cells_granted(lambda who, case: (who, replace(case, purged=True)))

        assert given == UNSEALED


def test_sealed_access_is_to_be_entered_in_the_ledger() -> None:
    case = some_case(Phase.ENDED)

    read = decide_access(someone(Role.EVALUATOR), Action.READ_EVIDENCE, case, "purpose")
    assert read == Granted(sealed=True)
    assert decide_access(someone(Role.EVALUATOR), Action.READ_CASE, case) == Granted(sealed=False)


def test_an_export_needs_a_second_person() -> None:
    def answer(case: CaseStanding) -> Granted | Denied:
        return decide_access(
            someone(Role.DETERMINING_OFFICIAL), Action.AGREE_EXPORT, case, "purpose"
        )

    case = some_case(Phase.ENDED)
    assert answer(case) == Granted(sealed=True)
    assert answer(replace(case, export_asked_by=PersonId("person"))) == Denied(
        reason="A second person must agree to an export."
    )
    assert answer(replace(case, export_asked_by=None)) == Denied(
        reason="No export waits for a second person."
    )


def test_a_token_is_good_for_its_case_and_purpose_only() -> None:
    token = TokenScope(case=CaseId("case"), purpose="purpose")
    who = replace(someone(Role.EVALUATOR), token=token, purposes=frozenset({"purpose", "second"}))
    case = some_case(Phase.OPEN)

    assert decide_access(who, Action.RUN_TRIAL, case, "purpose") == Granted(sealed=True)
    assert decide_access(who, Action.RUN_TRIAL, case, "second") == Denied(
        reason="This token is for another purpose."
    )
    assert decide_access(who, Action.OPEN_INCIDENT) == Denied(
        reason="This token is good for one case only."
    )


def test_a_token_without_a_case_is_good_for_the_one_action_that_it_names() -> None:
    """Over every role and action: nothing in any case, nothing else outside of cases."""
    for role, named, action in itertools.product(Role, Action, Action):
        person = someone(role)
        who = replace(person, token=TokenScope(case=None, purpose=named.value))
        given = isinstance(decide_access(who, action, some_case(Phase.OPEN), "purpose"), Granted)
        by_person = isinstance(decide_access(person, action), Granted)

        assert given == (action is named and action not in IN_CASES and by_person)


def test_an_office_of_the_programme_is_none_of_another_partys() -> None:
    admin = replace(someone(Role.ADMINISTRATOR), operator=False)
    case = some_case(Phase.OFFERED)

    assert decide_access(admin, Action.ASSIGN_TEAM, case) == Denied(
        reason="This needs the role administrator in the operating party."
    )
    assert isinstance(decide_access(admin, Action.MANAGE_PARTIES), Denied)
    assert decide_access(admin, Action.MANAGE_PEOPLE) == Granted(sealed=False)


def test_the_developers_people_withdraw_without_being_in_the_team() -> None:
    outside = replace(someone(Role.DEVELOPER), case=None, case_role=None)
    case = some_case(Phase.OPEN)

    assert decide_access(outside, Action.WITHDRAW, case) == Granted(sealed=False)
    assert TABLE[Action.WITHDRAW].place is Place.DEVELOPER
    assert isinstance(decide_access(outside, Action.READ_CASE, case), Denied)
