"""The fast spelling of canonical JSON is the one of RFC 8785's own implementation."""

import json

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seatrial.core.canonical import Json, canonical_json, is_canonical

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(ANY)
@example({"\ufb33": 1, "\U0001f600": 2})
@example({"a": 1.0, "b": -0.0, "c": 1e21, "d": 1e-7, "e": 5e-324})
@example([9007199254740991, -9007199254740991, 123456789012345])
@example({"a": '\x7f\x00\x1f\u2028\\"/'})
@example({"a": (1, 2)})
@example([0.0])
def test_canonical_json_is_that_of_rfc_8785(value: Json) -> None:
    try:
        expected = rfc8785.dumps(value)
    except ValueError:
        try:
            canonical_json(value)
        except ValueError:
            return
        raise AssertionError(value) from None
    assert canonical_json(value) == expected
    for spelling in (expected, json.dumps(value).encode()):
        parsed = json.loads(spelling)
        assert is_canonical(spelling, parsed) == (_dumped(parsed) == spelling)


def _dumped(value: Json) -> bytes | None:
    try:
        return rfc8785.dumps(value)
    except ValueError:  # A fraction of 2**53 or more is spelled as an integer that is refused.
        return None
