"""Bytes in JSON: nothing lost, one form each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.canonical import canonical_json
from seatrial.core.raw_text import raw_from_json, raw_to_json


@given(st.binary(max_size=40))
def test_any_bytes_come_back_and_have_a_canonical_form(raw: bytes) -> None:
    value = raw_to_json(raw)

    assert raw_from_json(value) == raw
    assert canonical_json(value)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_utf8_stays_readable(text: str) -> None:
    assert raw_to_json(text.encode()) == text


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        ["a"],
        {},
        {"base64": 3},
        {"base64": "!"},
        {"base64": "/w"},
        {"base64": "YQ=="},
        {"base64": "/w==", "more": 1},
        "\udc80",
    ],
    ids=str,
)
def test_a_second_form_of_the_same_bytes_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"base64|surrogates"):
        raw_from_json(value)  # type: ignore[arg-type]  # what a forged file may hold
