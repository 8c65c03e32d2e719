"""Who may take sealed content out: two people, in order, within a day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lamp import setting

from seatrial.core.canonical import digest_bytes
from seatrial.core.ledger.aggregate import NotPossibleError, Setting
from seatrial.core.people import CaseId, PersonId
from seatrial.core.sealed.blob import (
    EXPORT_WITHIN,
    Blob,
    Event,
    ExportAgreed,
    ExportAsked,
    Exported,
    Read,
    Sealed,
    decide,
    evolve,
)

SEALED = Sealed(digest=digest_bytes(b"x"), size=1, case=CaseId("c"), media="text/plain")


def after(*steps: tuple[Event, Setting]) -> Blob:
    state = None
    for wanted, here in ((SEALED, setting()), *steps):
        for event in decide(state, wanted, here):
            state = evolve(state, event, here)
    assert state is not None
    return state


ASKED = (ExportAsked(purpose="court order"), setting(person="ada"))
AGREED = (ExportAgreed(asked=0), setting(1, person="bob"))
TAKEN = (Exported(asked=0), setting(2, person="ada"))


def test_an_export_of_two_people_goes_through() -> None:
    (export,) = after(ASKED, AGREED, TAKEN).exports
    assert (export.asked_by, export.agreed_by) == (PersonId("ada"), PersonId("bob"))
    assert export.exported_at == setting(2).at


SOFTWARE = replace(setting(), actor=replace(setting().actor, person=None))
LATE = EXPORT_WITHIN.total_seconds() + 1.001


@pytest.mark.parametrize(
    ("steps", "wanted", "here", "why"),
    [
        ([], SEALED, setting(), "sealed already"),
        ([], Read(purpose=" "), setting(), "No purpose"),
        ([], ExportAsked(purpose=""), setting(), "No purpose"),
        ([], ExportAsked(purpose="x"), SOFTWARE, "Software"),
        ([], ExportAgreed(asked=0), setting(), "no such export"),
        ([ASKED], ExportAgreed(asked=-1), setting(person="bob"), "no such export"),
        ([ASKED], ExportAgreed(asked=0), setting(person="ada"), "second person"),
        ([ASKED], ExportAgreed(asked=0), SOFTWARE, "Software"),
        ([ASKED, AGREED], ExportAgreed(asked=0), setting(person="eve"), "agreed to already"),
        ([ASKED], Exported(asked=0), setting(person="ada"), "not agreed to"),
        ([ASKED, AGREED], Exported(asked=0), setting(person="bob"), "Only the person"),
        ([ASKED, AGREED], Exported(asked=0), SOFTWARE, "Software"),
        ([ASKED, AGREED, TAKEN], Exported(asked=0), setting(person="ada"), "taken already"),
        ([ASKED, AGREED], Exported(asked=0), setting(LATE, person="ada"), "older than a day"),
    ],
)
def test_what_is_refused(
    steps: list[tuple[Event, Setting]], wanted: Event, here: Setting, why: str
) -> None:
    with pytest.raises(NotPossibleError, match=why):
        decide(after(*steps), wanted, here)


def test_nothing_is_done_with_what_is_not_sealed() -> None:
    with pytest.raises(NotPossibleError, match="No such content"):
        decide(None, Read(purpose="review"), setting())


PEOPLE = st.sampled_from(["ada", "bob", "eve"])
WANTED = st.one_of(
    st.just(Read(purpose="review")),
    st.just(ExportAsked(purpose="court order")),
    st.builds(ExportAgreed, asked=st.integers(0, 2)),
    st.builds(Exported, asked=st.integers(0, 2)),
)


@given(st.lists(st.tuples(WANTED, PEOPLE, st.integers(0, 60_000)), max_size=40))
def test_no_history_has_an_export_by_one_person(steps: list[tuple[Event, str, int]]) -> None:
    """The rule said once more, over what happened instead of what is held."""
    state, happened, seconds = after(), [], 0
    for wanted, person, later in steps:
        seconds += later
        here = setting(seconds, person=person)
        try:
            events = decide(state, wanted, here)
        except NotPossibleError:
            continue
        for event in events:
            state = evolve(state, event, here)
            happened.append((event, person, here.at))
    asked = [person for event, person, _ in happened if isinstance(event, ExportAsked)]
    for place, (event, person, at) in enumerate(happened):
        if isinstance(event, Exported):
            agreed = [
                (other, then)
                for one, other, then in happened[:place]
                if isinstance(one, ExportAgreed) and one.asked == event.asked
            ]
            assert len(agreed) == 1
            assert person == asked[event.asked] != agreed[0][0]
            assert at - agreed[0][1] <= timedelta(days=1)
            earlier = [one for one, _, _ in happened[:place]]
            assert event not in earlier
    assert state.reads == sum(isinstance(event, Read) for event, _, _ in happened)
