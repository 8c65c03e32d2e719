"""Lay a program out: indentation, braces, long lines, type spellings; and note the line numbers."""

import re
from collections.abc import Sequence

from seatrial.tasks.memory_safety_discovery.source import (
    Function,
    Place,
    Rendered,
    SourceFile,
    merge,
)
from seatrial.tasks.memory_safety_discovery.style import TYPE_SPELLINGS, Style

_COLUMNS = 96
_OPENERS = ("if ", "else", "for ", "while ", "} else")
_LABELS = ("case ", "default:")


class _Page:
    """One file being laid out."""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []
        self._style = style
        self._level = 0
        self._hangs = False  # the line before takes exactly one statement

    def put(self, text: str, *, own_line: bool) -> None:
        """Lay out one line of code. own_line: braces get lines of their own."""
        if own_line and text.startswith("} else"):
            self.put("}", own_line=True)
            text = text.removeprefix("} ")
        if own_line and text.endswith(" {") and not text.startswith("{"):
            self.put(text.removesuffix(" {"), own_line=True)
            text = "{"
        if text.startswith("}"):
            self._level -= 1
        outwards = text.startswith(_LABELS)
        inwards = self._hangs and text != "{"
        self._write(text, self._level - outwards + inwards)
        self._hangs = text.startswith(_OPENERS) and not text.endswith(("{", ";", "}"))
        if text.endswith("{"):
            self._level += 1

    def _write(self, text: str, depth: int) -> None:
        step = self._style.indent
        indent, rest = step * depth, text
        while len(indent) + len(rest) > _COLUMNS:
            cut = max(rest.rfind(mark, 0, _COLUMNS - len(indent)) for mark in (", ", "|| "))
            if cut < 0 or rest.count('"', 0, cut) % 2:
                break
            cut = rest.index(" ", cut)
            self.lines.append(indent + rest[:cut])
            rest, indent = rest[cut + 1 :], step * (depth + 2)
        self.lines.append(indent + rest if rest else "")


def render(
    files: Sequence[SourceFile], style: Style, remarks: dict[str, str], *, flawed: bool
) -> Rendered:
    """Write the files out.

    remarks: a comment for functions by name. flawed: the original, else the repaired program.
    """
    texts: list[tuple[str, str]] = []
    defect: list[Place] = []
    sites: list[Place] = []
    for file in files:
        page = _Page(style)
        spread = style.braces == "own_line"
        for text in file.preamble:
            page.put(text, own_line=spread)
        for function in file.functions:
            found = _function(
                page, file.name, function, style=style, remarks=remarks, flawed=flawed
            )
            defect += found[0]
            sites += found[1]
        texts.append((file.name, _spell("\n".join(page.lines) + "\n", style)))
    return Rendered(files=tuple(texts), defect=merge(defect), sites=merge(sites))


def _function(
    page: _Page,
    file: str,
    function: Function,
    *,
    style: Style,
    remarks: dict[str, str],
    flawed: bool,
) -> tuple[list[Place], list[Place]]:
    """Lay out one function. Gives the places of its defect and of its sites."""
    defect: list[Place] = []
    sites: list[Place] = []
    page.put("", own_line=False)
    for text in function.statics:
        page.put(text, own_line=False)
    if function.name in remarks:
        page.put(remarks[function.name], own_line=False)
    head = ("static " if function.private else "") + function.head
    page.put(head + " {", own_line=style.braces != "attached")
    for line in function.body:
        first = len(page.lines) + 1
        for text in line.text(flawed=flawed):
            page.put(text, own_line=style.braces == "own_line")
        place = Place(
            file=file, function=function.name, first=first, last=max(first, len(page.lines))
        )
        if line.flawed is not None:
            defect.append(place)
        if line.site:
            sites.append(place)
    page.put("}", own_line=False)
    return defect, sites


def _spell(text: str, style: Style) -> str:
    spellings = TYPE_SPELLINGS[style.types]
    if not spellings:
        return text
    # Typedef lines name the fixed-width type itself.
    pattern = re.compile(r"\b(" + "|".join(spellings) + r")\b")
    return "\n".join(
        line
        if line.startswith("typedef ")
        else pattern.sub(lambda found: spellings[found.group()], line)
        for line in text.split("\n")
    )
