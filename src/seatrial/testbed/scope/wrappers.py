"""Step over the options of a program that starts another one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.testbed.scope import programs
from seatrial.testbed.scope.reading import Word

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_SPLIT_STRING = re.compile(r"-[a-zA-Z]*S(.*)|--split-string(?:=(.*))?", re.DOTALL)
_FOLDER = re.compile(r"-[a-zA-Z]*C(.*)|--chdir(?:=(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """What a wrapper starts.

    argv: the command line. text: a text of words in front of it (`env -S`). folder: where it
    starts, if it says so. plain: the wrapper's own plain arguments.
    """

    argv: Sequence[Word]
    text: Word | None = None
    folder: Word | None = None
    plain: Sequence[Word] = ()


def unwrap(name: str, arguments: Sequence[Word]) -> Wrapped:
    """Find the command that the wrapper `name` starts with these arguments."""
    to_skip = programs.WRAPPERS[name]
    text: Word | None = None
    folder: Word | None = None
    plain: list[Word] = []
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if word.text == "--":
            index += 1
            break
        if word.text.startswith("-") and len(word.text) > 1:
            following = arguments[index + 1] if index + 1 < len(arguments) else None
            if name == "env" and (match := _SPLIT_STRING.fullmatch(word.text)):
                text = _value(match, following)
            if name in {"env", "sudo"} and (match := _FOLDER.fullmatch(word.text)):
                folder = _value(match, following) if name == "env" else folder
            index += 2 if _takes_value(name, word.text) else 1
            if text is not None:
                break
        elif name in {"env", "sudo", "doas"} and _ASSIGNMENT.match(word.text):
            index += 1
        elif to_skip:
            to_skip -= 1
            plain.append(word)
            index += 1
        else:
            break
    argv = list(arguments[index:])
    if name in {"xargs", "parallel"}:
        argv.append(Word(text="", known=False))  # what comes by the pipe
    return Wrapped(argv=argv, text=text, folder=folder, plain=plain)


def _takes_value(name: str, option: str) -> bool:
    if option.startswith("--"):
        # GNU's programs take a beginning of a long option for it.
        longs = programs.LONG_VALUES.get(name, ())
        return "=" not in option and any(one.startswith(option[2:]) for one in longs)
    # The last of options run together takes it: `-iS TEXT`, `-u NAME`.
    return option[-1] in programs.WRAPPER_VALUES.get(name, "") and not any(
        one in programs.WRAPPER_VALUES.get(name, "") for one in option[1:-1]
    )


def _value(match: re.Match[str], following: Word | None) -> Word | None:
    given = next((one for one in match.groups() if one), None)
    return following if given is None else Word(text=given)
