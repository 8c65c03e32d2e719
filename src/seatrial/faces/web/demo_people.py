"""A made-up story on the real desk: its clock, its people, and what they do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

from allauth.account.models import EmailAddress

from seatrial.core.canonical import Digest, digest_bytes
from seatrial.core.ledger.entry import StreamId
from seatrial.core.ledger.port import Ledger
from seatrial.core.moment import whole_milliseconds
from seatrial.core.people import CaseId, PartyId, Role
from seatrial.faces.desk.content import Content, media_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.giving import give_to_submission
from seatrial.faces.desk.inviting import draw_invitation
from seatrial.faces.desk.standing import Whoever
from seatrial.faces.web.accounts.models import Account
from seatrial.review.party.aggregate import PARTY
from seatrial.review.party.events import InvitationAccepted, NondisclosureSigned, Registered
from seatrial.review.submission.table import Command
from seatrial.review.team.aggregate import TEAM, Assigned, Member
from seatrial.wiring.portal import the_blobs

PARTIES: Mapping[PartyId, tuple[str, tuple[Role, ...]]] = {
    PartyId("lab"): ("Lab of Examples", (Role.DEVELOPER, Role.ADMINISTRATOR)),
    PartyId("harbour"): ("Harbour Models", (Role.DEVELOPER, Role.ADMINISTRATOR)),
    PartyId("grid"): ("Grid Operators", (Role.TRUSTED_PARTNER, Role.ADMINISTRATOR)),
    PartyId("audit-court"): ("Court of Audit", (Role.AUDITOR, Role.ADMINISTRATOR)),
}
"""Beside the office itself."""


@dataclass
class StoryClock:
    """A clock that the story sets. Implements `core.ports.Clock`."""

    moment: datetime

    def now(self) -> datetime:
        """Give the story's time."""
        return self.moment


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A made-up person."""

    name: str
    email: str
    party: PartyId
    role: Role
    who: Whoever


@dataclass(kw_only=True)
class Story:
    """People and what they do, each thing through the desk: access is asked, rules decide."""

    ledger: Ledger
    clock: StoryClock
    password: str
    people: dict[str, Someone] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        """Give the desk at the story's time."""
        return Desk(ledger=self.ledger, clock=self.clock, by="demo")

    def goes_on(self, **span: float) -> None:
        """Let time pass."""
        self.clock.moment += timedelta(**span)

    def goes_to(self, moment: datetime) -> None:
        """Let it be a later moment."""
        self.clock.moment = max(self.clock.moment, whole_milliseconds(moment))

    def comes(self, name: str, email: str, party: PartyId, role: Role, path: str) -> None:
        """Let somebody make an account and accept an invitation. path: of its link."""
        account = Account.objects.create_user(email, self.password, name=name)
        EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
        invitation, code = path.split("/")[-2:]
        who = Whoever(person=account.person_id)
        self.ledger.handle(
            PARTY,
            StreamId(f"party/{party}"),
            InvitationAccepted(
                invitation=invitation, person=who.person, code=digest_bytes(code.encode())
            ),
            self.desk.setting(who),
        )
        self.people[name] = Someone(name=name, email=email, party=party, role=role, who=who)

    def is_invited(self, by: str, name: str, email: str, role: Role) -> None:
        """Let somebody come on the invitation of their own party's administrator."""
        host = self.people[by]
        drawn = draw_invitation(host.party, role, self.clock.now())
        self.desk.do(host.who, PARTY, StreamId(f"party/{host.party}"), drawn.command)
        self.comes(name, email, host.party, role, drawn.path)

    def registers(self, by: str, party: PartyId, name: str, email: str) -> None:
        """Let the office register a party, whose first administrator comes."""
        called, roles = PARTIES[party]
        drawn = draw_invitation(party, Role.ADMINISTRATOR, self.clock.now())
        command = Registered(party=party, name=called, roles=roles)
        who = self.people[by].who
        self.desk.check_command(who, command, case=None)
        with self.desk.unit(who) as (unit, setting):
            unit.handle(PARTY, StreamId(f"party/{party}"), command, setting)
            unit.handle(PARTY, StreamId(f"party/{party}"), drawn.command, setting)
        self.comes(name, email, party, Role.ADMINISTRATOR, drawn.path)

    def does(self, name: str, case: CaseId, wanted: Command, purpose: str | None = None) -> None:
        """Let somebody do something in a case, a few minutes after what was before."""
        self.goes_on(minutes=11)
        who = self.people[name].who
        self.desk.check_command(who, wanted, case=case, purpose=purpose)
        with self.desk.unit(who) as (unit, setting):
            give_to_submission(unit, setting, case, wanted, expected=None)

    def seals(
        self, name: str, case: CaseId, content: bytes, sort: Content, trial: str | None = None
    ) -> Digest:
        """Let somebody seal content to a case."""
        setting = self.desk.setting(self.people[name].who)
        return the_blobs().seal(case, BytesIO(content), media_of(sort, trial), setting)

    def is_put_in(self, by: str, case: CaseId, name: str, purposes: tuple[str, ...]) -> None:
        """Let an administrator put somebody into a case."""
        one = self.people[name]
        member = Member(person=one.who.person, party=one.party, role=one.role, purposes=purposes)
        stream = StreamId(f"team/{case}")
        self.desk.do(self.people[by].who, TEAM, stream, Assigned(member=member), case=case)

    def signs(self, name: str, agreement: Digest, days: int) -> None:
        """Let somebody sign a nondisclosure agreement."""
        one = self.people[name]
        until = self.clock.now() + timedelta(days=days)
        command = NondisclosureSigned(person=one.who.person, agreement=agreement, until=until)
        self.desk.do(one.who, PARTY, StreamId(f"party/{one.party}"), command)
