"""The words of a permission are found however they are written, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.problem import BadInputError
from seatrial.core.words import (
    DISCLAIMER,
    Quoted,
    check_issued,
    forbidden_words,
    show_quoted,
)

WORDS = ("approved", "cleared", "licensed", "permitted")


@pytest.mark.parametrize(
    "text",
    [
        *WORDS,
        "Approved.",
        "PERMITTED",
        "It was pre-approved, then released.",
        "an unlicensed use",
        "licenced",
        "the model awaits approval",
        "security clearance",
        "The rule permits release.",
        "app\u00adroved",
        "ap\u200bproved",
        "cl\u0435ared",
        "\u0440\u0435rmitted",
        "\uff41\uff50\uff50\uff52\uff4f\uff56\uff45\uff44",
        "\U0001d41a\U0001d429\U0001d429\U0001d42b\U0001d428\U0001d42f\U0001d41e\U0001d41d",
        "\u1d00\u1d18\u1d18\u0280\u1d0f\u1d20\u1d07\u1d05",
        "\U0001f170\U0001f17f\U0001f17f\U0001f181\U0001f17e\U0001f185\U0001f174\U0001f173",
        "\U0001f132\U0001f13b\U0001f134\U0001f130\U0001f141\U0001f134\U0001f133",
        "\U0001f1f5\U0001f1ea\U0001f1f7\U0001f1f2\U0001f1ee\U0001f1f9\U0001f1f9\U0001f1ea\U0001f1e9",
        "appr\u00f3ved",
        "appr0ved",
        "c1eared",
        "l1cen5ed",
        "permi77ed",
        "ap-proved",
        "cleared-for-release",
        "li-\ncensed",
        "a-p-p-r-o-v-e-d",
        "a.p.p.r.o.v.e.d",
        "c l e a r e d",
        "**cleared**",
        "_permitted_",
        "not approved",
        "status=approved",
    ],
)
def test_a_permission_is_found(text: str) -> None:
    assert forbidden_words(text) != ()


@pytest.mark.parametrize(
    "text",
    [
        "clear threat models and a clear answer",
        "the clearinghouse",
        "It is clear. Ed said so.",
        "the licence of a package; license: MIT",
        "permission denied",
        "unclear",
        "The area was nuclear-edged.",
        "hermit",
        "an improved score, reproved by none",
        DISCLAIMER,
    ],
)
def test_what_only_sounds_alike_is_left(text: str) -> None:
    assert forbidden_words(text) == ()


def test_only_the_one_sentence_is_excused() -> None:
    assert forbidden_words(f"{DISCLAIMER} It is an approval.") == ("approval",)


def test_a_text_of_ours_is_refused_with_its_place() -> None:
    with pytest.raises(BadInputError, match=r"public summary: 'cleared' would say that the model"):
        check_issued("The model is cleared.", place="public summary")

    check_issued("The model is covered.", place="public summary")


@given(
    word=st.sampled_from(WORDS),
    before=st.text(alphabet=" .,;:\n(0123\u201c", max_size=5),
    after=st.text(alphabet=" .,;:\n)0123\u201d", max_size=5),
    upper=st.sets(st.integers(0, 8)),
    hidden=st.lists(st.tuples(st.integers(0, 8), st.sampled_from("\u200b\u00ad\u2060\u0301"))),
)
def test_case_neighbours_and_invisible_characters_hide_nothing(
    word: str, before: str, after: str, upper: set[int], hidden: list[tuple[int, str]]
) -> None:
    letters = [one.upper() if n in upper else one for n, one in enumerate(word)]
    for place, mark in hidden:
        letters.insert(place + 1, mark)

    assert forbidden_words(before + "".join(letters) + after) != ()


@given(st.text())
def test_quoted_words_are_attributed_and_unaltered(text: str) -> None:
    shown = show_quoted(Quoted(party="Lab", text=text))

    assert shown == f"Lab writes: \u201c{text}\u201d"
