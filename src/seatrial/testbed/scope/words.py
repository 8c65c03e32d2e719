"""Turn a node of the shell's grammar into words, as far as their value can be known."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tree_sitter import Node

from seatrial.testbed.scope.reading import Word

MAX_BRACES = 64
"""Words one brace expansion may give before it counts as unknown."""

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_QUOTED_BRACE = "\ue000"  # private use: keeps quoted braces apart until expansion is over
_QUOTED_GLOB = {"*": "\ue001", "?": "\ue002", "[": "\ue003"}
_SPLIT = "\ue004"  # where the shell cuts the value of an unquoted expansion into words
_SHELL_SPACE = " \t\n"
_RANGE = re.compile(r"\{(-?\d{1,6}|[A-Za-z])\.\.(-?\d{1,6}|[A-Za-z])(?:\.\.(-?\d{1,6}))?\}")
_GLOB_BACK = {mark: char for char, mark in _QUOTED_GLOB.items()}
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    text: str
    known: bool = True


def text_of(node: Node, source: str) -> str:
    """Give the source text of a node. source: what was parsed, one byte for one character."""
    return source[node.start_byte : node.end_byte]


def words_of(node: Node, source: str, variables: Mapping[str, str]) -> tuple[Word, ...]:
    """Give the words a node stands for: more than one by brace expansion and word splitting."""
    piece = _piece(node, source, variables)
    spellings = _expand_braces(piece.text) if piece.known else [piece.text]
    if len(spellings) > MAX_BRACES:
        return (Word(text="", known=False),)
    words: list[Word] = []
    for spelling in spellings:
        *first, last = spelling.split(_SPLIT)
        words += [_word(text, known=True) for text in first if text]
        if last or not first or not piece.known:
            words.append(_word(last, piece.known))
    return tuple(words)


def value_of(node: Node, source: str, variables: Mapping[str, str]) -> Word:
    """Give what a variable would hold: nothing is split or expanded to several words there."""
    piece = _piece(node, source, variables, quoted=True)
    return _word(piece.text, piece.known)


def _word(text: str, known: bool) -> Word:  # noqa: FBT001 - private, two callers
    is_pattern = any(char in text for char in _QUOTED_GLOB)
    for mark, char in _GLOB_BACK.items():
        text = text.replace(mark, char)
    return Word(text=text.replace(_QUOTED_BRACE, "{"), known=known, is_pattern=is_pattern)


def _expand_braces(text: str) -> list[str]:
    done: list[str] = []
    waiting = [text]
    while waiting and len(done) + len(waiting) <= MAX_BRACES + 1:
        spelling = waiting.pop()
        if match := _BRACES.search(spelling):
            head, tail = spelling[: match.start()], spelling[match.end() :]
            waiting.extend(head + option + tail for option in match[1].split(","))
        else:
            done.append(spelling)
    return done + waiting


def _piece(  # noqa: PLR0911 - one return per kind of node
    node: Node, source: str, variables: Mapping[str, str], *, quoted: bool = False
) -> _Piece:
    match node.type:
        case "word" | "number" | "variable_name" | "test_operator" | "extglob_pattern" | "regex":
            return _Piece(text=_unescape(text_of(node, source)))
        case "raw_string":
            return _Piece(text=_quote(text_of(node, source)[1:-1]))
        case "ansi_c_string":
            return _Piece(text=_quote(_ansi(text_of(node, source)[2:-1])))
        case "string_content":
            return _Piece(text=_quote(re.sub(r'\\([$`"\\\n])', r"\1", text_of(node, source))))
        case "string" | "translated_string":
            return _string(node, source, variables)
        case "simple_expansion" | "expansion":
            return _expansion(node, source, variables, quoted=quoted)
        case "concatenation" | "command_name":
            return _join(
                [_piece(child, source, variables, quoted=quoted) for child in node.children]
            )
        case "{" | "}" | "[" | "]" | "$" | "=" | ":" | "," | "..":
            return _Piece(text=text_of(node, source))
        case "brace_expression":
            return _range(text_of(node, source))
        case _:
            return _Piece(text="", known=False)


def _string(node: Node, source: str, variables: Mapping[str, str]) -> _Piece:
    pieces = []
    position = node.start_byte
    for child in node.children:
        # The grammar leaves white space between parts of a string out of its nodes.
        pieces.append(_Piece(text=" " * (child.start_byte - position)))
        position = child.end_byte
        if child.type not in {'"', '$"'}:
            pieces.append(_piece(child, source, variables, quoted=True))
    return _join(pieces)


def _range(text: str) -> _Piece:
    """Write `{1..3}` as `{1,2,3}`."""
    match = _RANGE.fullmatch(text)
    if not match or match[1].isalpha() != match[2].isalpha():
        return _Piece(text=text, known=False)
    first, last = (ord(one) if one.isalpha() else int(one) for one in match.groups()[:2])
    step = max(1, abs(int(match[3] or 1)))
    if abs(last - first) // step >= MAX_BRACES:
        return _Piece(text=text, known=False)
    numbers = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
    spelled = [chr(one) if match[1].isalpha() else str(one) for one in numbers]
    return _Piece(text=spelled[0] if len(spelled) == 1 else "{" + ",".join(spelled) + "}")


def _expansion(node: Node, source: str, variables: Mapping[str, str], *, quoted: bool) -> _Piece:
    match = re.fullmatch(r"\$\{?([A-Za-z_]\w*)\}?", text_of(node, source))
    if not match or match[1] not in variables:
        return _Piece(text="", known=False)
    value = variables[match[1]]
    if not quoted:
        between = variables.get("IFS", _SHELL_SPACE)
        value = "".join(_SPLIT if char in between else char for char in value)
    return _Piece(text=value)


def _join(pieces: list[_Piece]) -> _Piece:
    text = ""
    for piece in pieces:
        text += piece.text
        if not piece.known:
            return _Piece(text=text, known=False)
    return _Piece(text=text)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: _quote(m[1]) if m[1] != "\n" else "", text, flags=re.DOTALL)


def _quote(text: str) -> str:
    for char, mark in _QUOTED_GLOB.items():
        text = text.replace(char, mark)
    return text.replace("{", _QUOTED_BRACE)


def _ansi(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xuU":
            value = int(code[1:], 16)
            return chr(value) if value <= sys.maxunicode else ""
        if code[0].isdigit():
            return chr(int(code, 8) & 0xFF)
        return _ANSI.get(code, code)

    escape = r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|.)"
    return re.sub(escape, one, text, flags=re.DOTALL)
