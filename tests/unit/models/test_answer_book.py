import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.problem import BadInputError
from seatrial.models.answer_book import (
    Answer,
    RunStep,
    WriteStep,
    parse_answer_book,
    render_answer_book,
)

text = st.text(st.characters(exclude_categories=["Cs"]))
writes = st.builds(
    WriteStep,
    path=text.map(lambda t: "/" + t.replace("\0", "")),
    contents=st.binary(),
    mode=st.integers(0, 0o7777),
)
answers = st.builds(
    Answer,
    steps=st.lists(writes | st.builds(RunStep, script=text)).map(tuple),
    answer=st.none() | text,
    hard=st.booleans(),
)


@given(st.dictionaries(text, answers))
def test_a_book_survives_writing_and_reading(book: dict[str, Answer]) -> None:
    assert book == parse_answer_book(render_answer_book(book), place="book")


WRITE = {"path": "/a", "contents_base64": "eA==", "mode": 420}


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ([], "the entry"),
        ({"steps": {}}, "the entry"),
        ({"steps": [], "answer": 3}, "answer"),
        ({"steps": [], "hard": "yes"}, "hard"),
        ({"steps": [{"jump": {}}]}, r"steps\[0\]"),
        ({"steps": [{"write": {**WRITE, "path": "a"}}]}, "path"),
        ({"steps": [{"write": {**WRITE, "contents_base64": "é"}}]}, "contents_base64"),
        ({"steps": [{"write": {**WRITE, "contents_base64": "A"}}]}, "contents_base64"),
        ({"steps": [{"write": {**WRITE, "mode": 4096}}]}, "mode"),
    ],
)
def test_a_malformed_entry_is_named_by_its_field(entry: object, named: str) -> None:
    with pytest.raises(BadInputError, match=named):
        parse_answer_book(json.dumps({"c": entry}), place="book.json")


@pytest.mark.parametrize("content", ["", "[1]", "{", "[" * 100_000])
def test_what_is_no_object_is_refused_with_the_files_name(content: str) -> None:
    with pytest.raises(BadInputError, match=r"book\.json"):
        parse_answer_book(content, place="book.json")
