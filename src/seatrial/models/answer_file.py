"""The answer book on disk, read again when a trial has added to it."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from seatrial.core.problem import BadInputError
from seatrial.models.answer_book import Answer, AnswerBook, parse_answer_book


class Answers(Protocol):
    """Where the server looks up answers."""

    def find(self, references: Sequence[str]) -> Answer | None:
        """Give the entry of the first reference that is in the book."""
        ...


class FixedAnswers:
    """A book held in memory."""

    def __init__(self, book: AnswerBook) -> None:
        self._book = dict(book)

    def find(self, references: Sequence[str]) -> Answer | None:
        """Give the entry of the first reference that is in the book."""
        return _first(self._book, references)


class AnswerFile:
    """A book in a file that another process writes (by rename, so that it is never half read).

    Safe to call from several threads. Raises on making: BadInputError when the file can't be
    read or is malformed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp, self._book = self._read()

    def find(self, references: Sequence[str]) -> Answer | None:
        """Give the entry of the first known reference, reading the file again when none is.

        Raises: BadInputError as on making.
        """
        with self._lock:
            found = _first(self._book, references)
            if found is None and self._mark() != self._stamp:
                self._stamp, self._book = self._read()
                found = _first(self._book, references)
            return found

    def _read(self) -> tuple[tuple[int, int, int], dict[str, Answer]]:
        mark = self._mark()
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(error) from error
        return mark, parse_answer_book(text, place=str(self._path))

    def _mark(self) -> tuple[int, int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise self._unreadable(error) from error
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _unreadable(self, error: Exception) -> BadInputError:
        return BadInputError(
            f"answer book {self._path}: it cannot be read ({error}).",
            "Check its path, owner and encoding.",
        )


def _first(book: AnswerBook, references: Sequence[str]) -> Answer | None:
    return next((book[word] for word in references if word in book), None)
