"""What a command to a party leads to."""

from typing import assert_never

from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.moment import show_moment
from seatrial.core.people import PersonId, Role
from seatrial.core.stages import Side, check_side, move, refuse_unless
from seatrial.review.party.events import (
    ConflictDeclared,
    ConflictResolved,
    Event,
    InvitationAccepted,
    InvitationTakenBack,
    NondisclosureEnded,
    NondisclosureSigned,
    PartyLeft,
    PersonInvited,
    PersonLeft,
    Registered,
    RoleGiven,
    RoleTaken,
)
from seatrial.review.party.state import (
    STAGES,
    Invitation,
    Party,
    Person,
    has_conflict,
    nondisclosure_holds,
    person_of,
)
from seatrial.review.submission.model import is_digest

ALONE = frozenset({Role.DEVELOPER, Role.AUDITOR})
"""A party with one of these roles has no other but administrator: nobody judges their own."""


def decide(state: Party | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    move(STAGES, state.stage if state else None, wanted, thing="party")
    # Timers end agreements. The first party is registered, and its first person invited, by
    # whoever sets the portal up.
    first = isinstance(wanted, PersonInvited) and state is not None and not state.people
    by_software = first or isinstance(wanted, Registered | NondisclosureEnded)
    side = Side.ANYONE if by_software else Side.PERSON
    check_side(side, setting, wanted, developer=None)
    if state is None:
        if isinstance(wanted, Registered):
            _check_roles(wanted)
        return (wanted,)
    _check(state, wanted, setting)
    return (wanted,)


def _check(state: Party, wanted: Event, setting: Setting) -> None:  # noqa: C901, PLR0912 - one line a kind
    match wanted:
        case PersonInvited():
            _check_invitation(state, wanted, setting)
        case InvitationTakenBack():
            _invitation(state, wanted.invitation)
        case InvitationAccepted():
            _check_acceptance(state, wanted, setting)
        case RoleGiven():
            known = _person(state, wanted.person)
            _check_role(state, wanted.role)
            refuse_unless(
                wanted.role not in known.roles,
                f"{wanted.person} is {wanted.role.value} already.",
                "Nothing is left to do.",
            )
        case RoleTaken():
            known = _person(state, wanted.person)
            refuse_unless(
                wanted.role in known.roles,
                f"{wanted.person} is not {wanted.role.value}.",
                "Nothing is left to do.",
            )
        case NondisclosureSigned():
            _check_signature(state, wanted, setting)
        case NondisclosureEnded():
            refuse_unless(wanted.reason.strip(), "Ending goes on record.", "Give a reason.")
            refuse_unless(
                nondisclosure_holds(state, wanted.person, wanted.agreement, setting.at),
                f"{wanted.person} has no such agreement in force.",
                "Nothing is left to do.",
            )
        case ConflictDeclared():
            _check_conflict(state, wanted)
        case ConflictResolved():
            _check_resolution(state, wanted, setting)
        case PersonLeft():
            _person(state, wanted.person)
        case PartyLeft():
            refuse_unless(wanted.reason.strip(), "Leaving goes on record.", "Give a reason.")
        case Registered():
            pass
        case _:
            assert_never(wanted)


def _check_roles(wanted: Registered) -> None:
    others = set(wanted.roles) - {Role.ADMINISTRATOR}
    refuse_unless(
        others and (len(others) == 1 or not others & ALONE),
        "A party of a developer or an auditor has no role beside it.",
        "Register two parties.",
    )


def _check_role(state: Party, role: Role) -> None:
    refuse_unless(
        role in state.roles,
        f"{state.name} has no people who are {role.value.replace('-', ' ')}.",
        f"Choose from: {', '.join(one.value for one in state.roles)}.",
    )


def _check_invitation(state: Party, wanted: PersonInvited, setting: Setting) -> None:
    _check_role(state, wanted.role)
    known = (*state.used, *(one.invitation for one in state.invitations))
    refuse_unless(
        wanted.invitation and wanted.invitation not in known and is_digest(wanted.code),
        "An invitation needs a name of its own and the digest of its code.",
        "Draw both anew.",
    )
    refuse_unless(
        setting.at < wanted.expires_at, "The invitation would be over.", "Choose a later end."
    )


def _check_acceptance(state: Party, wanted: InvitationAccepted, setting: Setting) -> None:
    refuse_unless(
        setting.actor.person == wanted.person,
        "Nobody accepts an invitation for another.",
        "The invited must do it.",
    )
    invitation = _invitation(state, wanted.invitation)
    # One sentence for a wrong and a late code: it tells a guesser nothing.
    refuse_unless(
        wanted.code == invitation.code and setting.at < invitation.expires_at,
        "The code does not open this invitation.",
        "Ask whoever invited you for a new one.",
    )
    refuse_unless(
        person_of(state, wanted.person) is None,
        f"{wanted.person} is in {state.name} already.",
        "Ask for the role instead.",
    )


def _check_signature(state: Party, wanted: NondisclosureSigned, setting: Setting) -> None:
    _person(state, wanted.person)
    refuse_unless(
        setting.actor.person == wanted.person,
        "Nobody signs for another.",
        "The person must sign.",
    )
    refuse_unless(
        is_digest(wanted.agreement) and setting.at < wanted.until,
        f"The agreement would end at {show_moment(wanted.until)}, or has no digest.",
        "Sign a stored text that binds from now on.",
    )


def _check_conflict(state: Party, wanted: ConflictDeclared) -> None:
    _person(state, wanted.person)
    refuse_unless(wanted.nature.strip(), "A conflict goes on record.", "Say what it is.")
    refuse_unless(
        not has_conflict(state, wanted.person, wanted.case),
        f"{wanted.person} has declared a conflict in this case.",
        "Nothing is left to do.",
    )


def _check_resolution(state: Party, wanted: ConflictResolved, setting: Setting) -> None:
    refuse_unless(
        has_conflict(state, wanted.person, wanted.case),
        f"{wanted.person} has no open conflict in this case.",
        "Nothing is left to do.",
    )
    refuse_unless(wanted.how.strip(), "A resolution goes on record.", "Say how it was resolved.")
    refuse_unless(
        setting.actor.person != wanted.person,
        "Nobody resolves a conflict of their own.",
        "Somebody else must.",
    )


def _invitation(state: Party, name: str) -> Invitation:
    for one in state.invitations:
        if one.invitation == name:
            return one
    raise NotPossibleError("There is no such open invitation.", "Ask for a new one.")


def _person(state: Party, person: PersonId) -> Person:
    known = person_of(state, person)
    if known is None:
        raise NotPossibleError(f"{person} is not in {state.name}.", "Invite them first.")
    return known
