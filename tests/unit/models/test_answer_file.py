from pathlib import Path

import pytest

from seatrial.core.problem import BadInputError
from seatrial.models.answer_book import Answer, render_answer_book
from seatrial.models.answer_file import AnswerFile

ONE = Answer(steps=(), answer="one")
TWO = Answer(steps=(), answer="two")


def put(path: Path, book: dict[str, Answer]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(render_answer_book(book), encoding="utf-8")
    fresh.replace(path)


def test_the_first_known_reference_counts(tmp_path: Path) -> None:
    put(tmp_path / "book", {"a": ONE, "b": TWO})
    assert AnswerFile(tmp_path / "book").find(("x", "b", "a")) == TWO


def test_an_unknown_reference_is_looked_up_in_what_the_file_holds_now(tmp_path: Path) -> None:
    put(tmp_path / "book", {"a": ONE})
    book = AnswerFile(tmp_path / "book")
    before = book.find(("b",))
    put(tmp_path / "book", {"a": ONE, "b": TWO})
    assert (before, book.find(("b",))) == (None, TWO)


def test_a_missing_file_is_reported_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="absent"):
        AnswerFile(tmp_path / "absent")


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match="cannot be read"):
        AnswerFile(tmp_path / "book")
