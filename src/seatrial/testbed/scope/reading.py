"""What is known while a tool call is read: place, variables, actions found so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from seatrial.testbed.scope.action import Action, Verb
from seatrial.testbed.scope.paths import absolute_path

MAX_DEPTH = 8
"""Texts within texts (`bash -c "bash -c ..."`) followed; honest use needs two or three."""

UNKNOWN_NAME = "?"
"""Stands for a path component that only the shell will know."""

MAX_TEXTS = 300
"""Texts within texts that one call may hold, each meaning counted; beyond, it is `tangled`."""

MAX_ACTIONS = 5000
"""Actions of one call that are kept; beyond, the call is `tangled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A shell word as far as it can be known.

    text: its value; where `known` is False, only what stands before the first unknown part.
    is_pattern: it holds unquoted `*`, `?` or `[`.
    """

    text: str
    known: bool = True
    is_pattern: bool = False


@dataclass(slots=True, kw_only=True)
class Reading:
    """State of one reading; local to a call of `actions_of`.

    text: the one being read; texts: how many were. variables: what each may hold. view: one
    value for each, in force while a piece of text is read in one of its meanings.
    """

    base: str | None
    home: str
    depth: int = 0
    text: str = ""
    texts: int = 0
    variables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    view: dict[str, str] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)

    def add(self, verb: Verb, target: str, source: str = "", *, is_pattern: bool = False) -> None:
        """Note an action; once there are too many, note that instead."""
        if len(self.actions) > MAX_ACTIONS:
            return
        if len(self.actions) == MAX_ACTIONS:
            verb, target, is_pattern = Verb.OPAQUE, "tangled", False
        self.actions.append(
            Action(verb=verb, target=target, is_pattern=is_pattern, source=source[:200])
        )

    def add_path(self, verb: Verb, word: Word, source: str = "") -> None:
        """Note a read or write of a path; of an unknown one, something in the folder known."""
        text = word.text
        if not word.known:
            self.add(Verb.OPAQUE, "expansion", source)
            folder, slash, _rest = text.rpartition("/")
            if not slash:
                return
            text = f"{folder}/{UNKNOWN_NAME}"
        if not text:
            return
        base = self.base
        if base is None:
            if not text.startswith(("/", "~")):
                self.add(Verb.OPAQUE, "expansion", source)
                return
            base = "/"
        path = absolute_path(text, base=base, home=self.home)
        self.add(verb, path, source, is_pattern=word.is_pattern and word.known)

    def change_folder(self, word: Word | None) -> None:
        """Follow `cd`; an unknown folder leaves relative paths unknown."""
        self._move(word)
        for name, folder in (("PWD", self.base), ("OLDPWD", None)):
            self.variables.pop(name, None)
            if folder is not None:
                self.variables[name] = (folder,)

    def _move(self, word: Word | None) -> None:
        if word is None:
            self.base = self.home
        elif not word.known or word.is_pattern or word.text == "-":
            self.base = None
        elif self.base is not None or word.text.startswith(("/", "~")):
            self.base = absolute_path(word.text, base=self.base or "/", home=self.home)


ReadShell: TypeAlias = Callable[[str, Reading], None]
"""Reads a text of commands into actions."""
