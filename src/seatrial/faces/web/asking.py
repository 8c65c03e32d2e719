"""A command's form on its way: what it is made from, and what turning it into a command may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django import forms

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId, PersonId
from seatrial.faces.desk.content import Content, Item
from seatrial.review.programme.policy import ProgrammePolicy
from seatrial.review.submission.state import Submission
from seatrial.review.submission.table import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for what.

    items: sealed content of the case. data, files: what was posted, or None.
    """

    case: CaseId
    state: Submission
    who: PersonId
    now: datetime
    items: tuple[Item, ...]
    policy: ProgrammePolicy
    data: Mapping[str, Any] | None = None
    files: Any = None

    def of(self, *contents: Content, trial: str | None = None) -> tuple[Item, ...]:
        """Give the case's content of some sorts, of one trial if it is given."""
        return tuple(
            one
            for one in self.items
            if one.content in contents and (trial is None or one.trial == trial)
        )


class Tools(Protocol):
    """What making a command may do to the world; each act of it is an entry."""

    def seal(self, content: bytes, sort: Content, trial: str | None = None) -> Digest:
        """Encrypt content to the case; give the digest that names it."""
        ...

    def keep(self, content: bytes) -> Digest:
        """Keep a document that is no secret; give its digest."""
        ...

    def read(self, item: Item) -> bytes:
        """Read sealed content for the purpose that the person chose."""
        ...


Make = Callable[[Any, Tools], tuple[Command, ...]]
"""Gives the commands that a valid form asks for, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form on its way.

    lines: what the person should know before the button. texts: sealed content that the act
    answers, to be read on the same page. template, extra: of a page of its own.
    """

    form: forms.Form
    command: Make
    lines: tuple[str, ...] = ()
    texts: tuple[Item, ...] = ()
    template: str = "seatrial/act.html"
    extra: Mapping[str, object] = field(default_factory=dict)
