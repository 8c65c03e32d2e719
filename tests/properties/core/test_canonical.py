"""The quick test for canonical form agrees with RFC 8785 on every spelling of every value."""

import json
import re

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seatrial.core.canonical import canonical_json, is_canonical
from seatrial.core.json_text import parse_json
from seatrial.core.problem import BadInputError

text = st.text() | st.sampled_from(
    ["\ud800", "\ue000\U0001f600", "😀", "", "a:1.5", '":1.5', ",1e9"]
)
numbers = st.integers() | st.floats() | st.sampled_from([2**53 - 1, 2**53, -0.0, 1e16, 1e21, 1e-7])
values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def by_the_standard(content: bytes, value: object) -> bool:
    try:
        return rfc8785.dumps(value) == content  # type: ignore[arg-type]  # whatever was parsed
    except ValueError:
        return False


def agree(content: bytes) -> bool:
    try:
        value = parse_json(content, place="x")
    except BadInputError:
        return False
    verdict = is_canonical(content, value)  # type: ignore[arg-type]  # whatever was parsed
    assert verdict == by_the_standard(content, value), content
    return verdict


@settings(deadline=None, max_examples=400)
@given(values, st.data())
@example({"\ue000": 1, "\U0001f600": 2}, None)
@example([float("nan")], None)
@example({"a": 1.0}, None)
@example(2**53, None)
def test_verdicts_agree_on_what_pythons_json_writes(
    value: object, data: st.DataObject | None
) -> None:
    choose = data.draw if data else lambda _: False
    spelt = json.dumps(
        value,
        indent=1 if choose(st.booleans()) else None,
        ensure_ascii=choose(st.booleans()),
        sort_keys=choose(st.booleans()),
        separators=(",", ":"),
    )
    agree(spelt.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=400)
@given(values, st.data())
def test_verdicts_agree_on_canonical_form_and_on_any_change_of_it(
    value: object, data: st.DataObject
) -> None:
    try:
        content = canonical_json(value)  # type: ignore[arg-type]  # some cannot be spelt
    except ValueError:
        return
    # A float from 2**53 on is spelt like an integer that has no canonical form.
    assert agree(content) or re.search(rb"[0-9]{16}", content)
    position = data.draw(st.integers(min_value=0, max_value=len(content) - 1))
    other = data.draw(st.sampled_from(b' 0+-.eE"\\/u\n\xee\xff'))
    agree(content[:position] + bytes([other]) + content[position + 1 :])
    agree(content[:position] + bytes([other]) + content[position:])
