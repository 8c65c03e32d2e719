"""C source as data: lines with two texts, functions, and the tree of files they end up in."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Adjoining lines of C, without indentation.

    sound: their text in the repaired program.
    flawed: their text in the original; None when it is the same.
    site: the sanitizer may report the planted defect at one of them.
    """

    sound: tuple[str, ...]
    flawed: tuple[str, ...] | None = None
    site: bool = False

    def text(self, *, flawed: bool) -> tuple[str, ...]:
        """Give the text of the original (flawed) or of the repaired program."""
        return self.flawed if flawed and self.flawed is not None else self.sound


def code(*lines: str) -> list[Line]:
    """Make lines that are the same in both programs."""
    return [Line(sound=(line,)) for line in lines]


def site(line: str) -> Line:
    """Make a line at which the sanitizer may report the planted defect."""
    return Line(sound=(line,), site=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A C function. head: everything before the opening brace, without `static`.

    statics: file-scope declarations that belong right before it.
    private: used only in its own file.
    """

    name: str
    head: str
    body: tuple[Line, ...]
    statics: tuple[str, ...] = ()
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A C file before layout: preamble lines, then functions."""

    name: str
    preamble: tuple[str, ...]
    functions: tuple[Function, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Lines of one function, 1-based and inclusive. function: its C name."""

    file: str
    function: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A program's files and, for the original, where its defect is.

    defect: the differing lines (or the line after a missing one).
    sites: where the sanitizer may report it.
    """

    files: tuple[tuple[str, str], ...]
    defect: tuple[Place, ...]
    sites: tuple[Place, ...]

    def text(self, name: str) -> str:
        """Give one file's text."""
        return dict(self.files)[name]


def merge(places: Iterable[Place]) -> tuple[Place, ...]:
    """Join places that touch within one function."""
    merged: list[Place] = []
    for place in sorted(places, key=lambda p: (p.file, p.function, p.first)):
        last = merged[-1] if merged else None
        if (
            last
            and (last.file, last.function) == (place.file, place.function)
            and place.first <= last.last + 1
        ):
            merged[-1] = Place(
                file=last.file,
                function=last.function,
                first=last.first,
                last=max(last.last, place.last),
            )
        else:
            merged.append(place)
    return tuple(merged)
