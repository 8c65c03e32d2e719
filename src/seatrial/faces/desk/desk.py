"""The one way in: a person's command, checked for access, given to the rules, written."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from seatrial.core.access.action import Action
from seatrial.core.access.decide import decide_access
from seatrial.core.access.standing import Denied, Granted
from seatrial.core.access.table import TABLE
from seatrial.core.ledger.aggregate import Aggregate, NotPossibleError, Setting
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger, Outcome, Unit
from seatrial.core.people import Actor, CaseId, PersonId
from seatrial.core.ports import Clock
from seatrial.core.problem import RefusedError
from seatrial.faces.desk.acts import action_of
from seatrial.faces.desk.standing import (
    Whoever,
    case_standing,
    moment_of,
    standing_of,
    standings_of,
)
from seatrial.review.submission.aggregate import SUBMISSION

S = TypeVar("S")
C = TypeVar("C")
E = TypeVar("E")


class DeniedError(RefusedError):
    """Access is denied; the person asks for a role, signs what is missing, or leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Acts for people on the ledger. by: the face that carries their requests."""

    ledger: Ledger
    clock: Clock
    by: str

    def may(
        self,
        who: Whoever | None,
        action: Action,
        case: CaseId | None = None,
        purpose: str | None = None,
        *,
        export_asked_by: PersonId | None = None,
    ) -> Granted | Denied:
        """Decide on access now. A case that is not there looks like one that is not one's own.

        export_asked_by: who asked for the export that is to be agreed to.
        """
        now = self._now(exact=TABLE[action].in_window)
        standing = standing_of(self.ledger, who, case, now)
        if case is None:
            return decide_access(standing, action, None, purpose)
        state, _ = self.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
        if state is None:
            return Denied(reason="You are not in the team of this case.")
        stands = case_standing(case, state, now, export_asked_by=export_asked_by)
        return decide_access(standing, action, stands, purpose)

    def open_to(
        self, who: Whoever, case: CaseId, actions: Iterable[Action]
    ) -> Mapping[Action, tuple[str | None, ...]]:
        """Say which of some actions are granted in a case now, and under which purposes.

        The same answers as `may`, from one reading of person and case: for pages that ask much.
        Returns: only what is granted; purpose None where it is granted without one.
        """
        actions = tuple(actions)
        now = self._now(exact=any(TABLE[one].in_window for one in actions))
        state, _ = self.ledger.state(SUBMISSION, StreamId(f"submission/{case}"))
        if state is None:
            return {}
        standing = standing_of(self.ledger, who, case, now)
        stands = case_standing(case, state, now)
        purposes = (None, *sorted(standing.purposes))
        found = {
            action: tuple(
                one
                for one in purposes
                if isinstance(decide_access(standing, action, stands, one), Granted)
            )
            for action in actions
        }
        return {action: granted for action, granted in found.items() if granted}

    def open_in(self, who: Whoever, action: Action, cases: Collection[CaseId]) -> frozenset[CaseId]:
        """Say in which of some cases something is granted now, without a purpose.

        The same answers as `may`, from one reading of all: for lists.
        """
        return frozenset(
            stands.case
            for standing, stands in standings_of(self.ledger, who, cases, self.clock.now())
            if isinstance(decide_access(standing, action, stands), Granted)
        )

    def check(
        self,
        who: Whoever | None,
        action: Action,
        case: CaseId | None = None,
        purpose: str | None = None,
        *,
        export_asked_by: PersonId | None = None,
    ) -> Granted:
        """Demand access. Raises: DeniedError with the reason."""
        found = self.may(who, action, case, purpose, export_asked_by=export_asked_by)
        if isinstance(found, Denied):
            raise DeniedError(found.reason, "Ask your administrator or the case's team.")
        return found

    def do(
        self,
        who: Whoever,
        aggregate: Aggregate[S, C, E],
        stream: StreamId,
        command: C,
        *,
        case: CaseId | None = None,
        purpose: str | None = None,
        expected: int | None = None,
        key: str | None = None,
    ) -> Outcome[S]:
        """Let a person do something; durable on return.

        case: which access is asked in; None for what concerns none.
        key: idempotency key of the request.
        Raises: DeniedError, NotPossibleError, ConflictError, KeyReusedError, UnavailableError.
        """
        self.check_command(who, command, case=case, purpose=purpose)
        return self.ledger.handle(
            aggregate,
            stream,
            command,
            self.setting(who),
            expected=expected,
            key=scoped_key(who, key),
            case=case,
        )

    def check_command(
        self, who: Whoever, command: object, *, case: CaseId | None, purpose: str | None = None
    ) -> None:
        """Demand the access that a command needs.

        Raises: NotPossibleError for what only the software does; DeniedError.
        """
        action = action_of(command)
        if action is None:
            raise NotPossibleError(
                f"{type(command).__name__} is the software's to enter.", "Wait for it."
            )
        self.check(who, action, case, purpose)

    @contextmanager
    def unit(self, who: Whoever, key: str | None = None) -> Iterator[tuple[Unit, Setting]]:
        """Open a unit of several commands, whose access the caller checked."""
        with self.ledger.unit(key=scoped_key(who, key)) as unit:
            yield unit, self.setting(who)

    def _now(self, *, exact: bool) -> datetime:
        """Give the time. exact: where a window opens and ends; then no earlier than the ledger's.

        A clock that is set back opens no window again: something was written after its end.
        """
        return moment_of(self.ledger, self.clock) if exact else self.clock.now()

    def setting(self, who: Whoever) -> Setting:
        """Give time and identity for the rules."""
        party = standing_of(self.ledger, who, None, self.clock.now()).party
        return Setting(at=self.clock.now(), actor=Actor(person=who.person, party=party, by=self.by))


def scoped_key(who: Whoever, key: str | None) -> str | None:
    """Keep people's idempotency keys apart: one cannot take another's answer."""
    return None if key is None else f"{who.person}/{key}"
