"""The team of a case as an aggregate: the people that access terms speak of (R25)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias, assert_never, get_args

from seatrial.core.ledger.aggregate import Aggregate, Setting
from seatrial.core.people import PartyId, PersonId, Role
from seatrial.core.stages import Side, Table, check_side, kind_names, move, refuse_unless, stay


class Stage(StrEnum):
    """A team is there or not."""

    FORMED = "formed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in the case. A person has one role in a case."""

    person: PersonId
    party: PartyId
    role: Role
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formed:
    """The case got a team. purposes: those of the agreed terms; others cannot be given."""

    developer: PartyId
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposesChanged:
    """Terms changed: nobody keeps a purpose that is no longer among them."""

    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A person came into the case."""

    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A person left the case."""

    person: PersonId
    reason: str


Event: TypeAlias = Formed | PurposesChanged | Assigned | Released


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A case's people. past: who was in it and left."""

    stage: Stage
    developer: PartyId
    purposes: tuple[str, ...]
    members: tuple[Member, ...] = ()
    past: tuple[Member, ...] = ()


STAGES: Table[Stage] = {
    Formed: {None: Stage.FORMED},
    PurposesChanged: stay(Stage.FORMED),
    Assigned: stay(Stage.FORMED),
    Released: stay(Stage.FORMED),
}


def member_of(state: Team | None, person: PersonId) -> Member | None:
    """Give the person's place in the case, if there is one."""
    members = state.members if state else ()
    return next((one for one in members if one.person == person), None)


def decide(state: Team | None, wanted: Event, setting: Setting) -> tuple[Event, ...]:
    """Give the wanted event. Raises: NotPossibleError."""
    move(STAGES, state.stage if state else None, wanted, thing="team")
    check_side(Side.ANYONE, setting, wanted, developer=None)
    if state is not None:
        match wanted:
            case Formed() | PurposesChanged():
                pass
            case Assigned():
                _check_member(state, wanted.member)
            case Released():
                refuse_unless(
                    member_of(state, wanted.person),
                    f"{wanted.person} is not in this case.",
                    "Nothing is left to do.",
                )
            case _:
                assert_never(wanted)
    return (wanted,)


def _check_member(state: Team, member: Member) -> None:
    refuse_unless(
        member_of(state, member.person) is None,
        f"{member.person} has a role in this case; nobody has two.",
        "Release the person from the first one.",
    )
    refuse_unless(
        (member.role is Role.DEVELOPER) == (member.party == state.developer),
        f"{member.party} {'is' if member.party == state.developer else 'is not'} the developer:"
        f" its people cannot be {member.role.value.replace('-', ' ')} here.",
        "Choose another role, or a person of another party.",
    )
    strange = sorted(set(member.purposes) - set(state.purposes))
    refuse_unless(
        not strange and (member.purposes or member.role is Role.DEVELOPER),
        f"The agreed terms have the purposes {', '.join(state.purposes)};"
        f" asked for: {', '.join(strange) or 'none'}.",
        "Choose from the terms' purposes.",
    )


def evolve(state: Team | None, event: Event, setting: Setting) -> Team:  # noqa: ARG001 - the same form for all
    """Give the team after an event that `decide` gave."""
    if state is None:
        if not isinstance(event, Formed):
            raise TypeError("the table lets a team begin by being formed only")
        return Team(stage=Stage.FORMED, developer=event.developer, purposes=event.purposes)
    match event:
        case Formed():
            return state
        case PurposesChanged():
            kept = tuple(_narrowed(one, event.purposes) for one in state.members)
            return replace(state, purposes=event.purposes, members=kept)
        case Assigned():
            return replace(state, members=(*state.members, event.member))
        case Released():
            return replace(
                state,
                members=tuple(one for one in state.members if one.person != event.person),
                past=(*state.past, *(o for o in state.members if o.person == event.person)),
            )
        case _:
            assert_never(event)


def _narrowed(member: Member, purposes: tuple[str, ...]) -> Member:
    return replace(member, purposes=tuple(one for one in member.purposes if one in purposes))


TEAM: Aggregate[Team | None, Event, Event] = Aggregate(
    name="team",
    initial=None,
    kinds=kind_names(*get_args(Event)),
    decide=decide,
    evolve=evolve,
)
