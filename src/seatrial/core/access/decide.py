"""The decision: default deny, in one function."""

from typing import assert_never

from seatrial.core.access.action import Action, Phase
from seatrial.core.access.standing import CaseStanding, Denied, Granted, Standing
from seatrial.core.access.table import TABLE, Place, Rule
from seatrial.core.people import Role


def decide_access(
    who: Standing, action: Action, case: CaseStanding | None = None, purpose: str | None = None
) -> Granted | Denied:
    """Say whether somebody may do something, in this case, for this purpose.

    case: None only for what concerns no case.
    purpose: what sealed content is wanted for, one of the person's in the case.
    Every condition must hold; the first that does not is the reason given.
    """
    rule = TABLE.get(action)
    if who.person is None or rule is None:
        return Denied(reason="Sign in first.")
    if rule.phases is None:
        return _outside(who, action, rule)
    if case is None:
        return Denied(reason="This concerns a case, and none was named.")
    reason = _place(who, rule, case) or _moment(rule, case) or _seal(who, rule, case, purpose)
    if reason is None and action is Action.AGREE_EXPORT:
        reason = _second_person(who, case)
    return Denied(reason=reason) if reason else Granted(sealed=rule.sealed)


def _outside(who: Standing, action: Action, rule: Rule) -> Granted | Denied:
    if who.token is not None and who.token.case is not None:
        return Denied(reason="This token is good for one case only.")
    if who.token is not None and who.token.purpose != action.value:
        return Denied(reason="This token is for another purpose.")
    if not rule.roles & who.roles or (rule.operator and not who.operator):
        where = Place.OPERATOR.value if rule.operator else "in your party"
        return Denied(reason=f"This needs the role {_names(rule)} {where}.")
    return Granted(sealed=False)


def _place(who: Standing, rule: Rule, case: CaseStanding) -> str | None:
    """Tell why the person's place does not fit."""
    if who.token is not None and who.token.case != case.case:
        return "This token is for another case."
    match rule.place:
        case Place.OPERATOR:
            fits = who.operator and rule.roles & who.roles
        case Place.DEVELOPER:
            fits = who.party == case.developer and rule.roles & who.roles
        case Place.TEAM:
            return _team_place(who, rule, case)
        case _:
            assert_never(rule.place)
    return None if fits else f"This needs the role {_names(rule)} {rule.place.value}."


def _team_place(who: Standing, rule: Rule, case: CaseStanding) -> str | None:
    is_developer = who.case_role is Role.DEVELOPER
    if who.case != case.case or who.case_role is None:
        return "You are not in the team of this case."
    if who.case_role not in rule.roles:
        return f"This needs the role {_names(rule)} in this case."
    # A role in a case never exceeds what the party gave: who lost it there has lost it here.
    if who.case_role not in who.roles:
        return "Your party no longer gives you this role."
    if who.conflict and not is_developer:
        return "A declared conflict of interest excludes you until it is resolved."
    if case.phase is Phase.DRAFT and not is_developer:
        return "A draft is its developer's alone."
    return None


def _moment(rule: Rule, case: CaseStanding) -> str | None:
    """Tell why the case does not stand so that this is possible."""
    if rule.phases is None or case.phase not in rule.phases:
        return f"This is not possible while the case is {case.phase.value}."
    if rule.in_window and not case.window_open:
        return "The window is not open."
    return None


def _seal(who: Standing, rule: Rule, case: CaseStanding, purpose: str | None) -> str | None:
    """Tell why sealed content stays sealed. A developer's own needs no agreement and no purpose."""
    if not rule.sealed:
        return None
    if case.purged:
        return "The sealed content of this case is destroyed."
    return None if who.case_role is Role.DEVELOPER else _purpose(who, purpose)


def _purpose(who: Standing, purpose: str | None) -> str | None:
    if not who.nondisclosure:
        return "The nondisclosure agreement of this case is not signed, or no longer in force."
    if purpose is None:
        return "Say what for."
    if purpose not in who.purposes:
        return "This purpose is not among yours in this case."
    if who.token is not None and who.token.purpose != purpose:
        return "This token is for another purpose."
    return None


def _second_person(who: Standing, case: CaseStanding) -> str | None:
    if case.export_asked_by is None:
        return "No export waits for a second person."
    if case.export_asked_by == who.person:
        return "A second person must agree to an export."
    return None


def _names(rule: Rule) -> str:
    return " or ".join(sorted(one.value.replace("-", " ") for one in rule.roles))
