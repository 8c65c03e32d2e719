"""What making a command may do: seal to the case, keep a document, read with a purpose."""

from dataclasses import dataclass
from io import BytesIO

from seatrial.core.canonical import Digest
from seatrial.core.people import CaseId
from seatrial.faces.desk.content import SORTS, Content, Item, media_of
from seatrial.faces.desk.desk import Desk
from seatrial.faces.desk.standing import Whoever
from seatrial.wiring.portal import the_blobs, the_documents

OWN = "own content"
"""The purpose on record when a developer reads what is its own: it needs none, entries have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTools:
    """One person's tools in one case. purpose: that the person chose; None for a developer."""

    desk: Desk
    who: Whoever
    case: CaseId
    purpose: str | None

    def seal(self, content: bytes, sort: Content, trial: str | None = None) -> Digest:
        """Encrypt content to the case; give the digest that names it."""
        setting = self.desk.setting(self.who)
        return the_blobs().seal(self.case, BytesIO(content), media_of(sort, trial), setting)

    def keep(self, content: bytes) -> Digest:
        """Keep a document that is no secret; give its digest."""
        return the_documents().keep(content)

    def read(self, item: Item) -> bytes:
        """Enter that the person reads, then read. Raises: DeniedError; as `SealedBlobs.read`."""
        self.desk.check(self.who, SORTS[item.content].action, self.case, self.purpose)
        setting = self.desk.setting(self.who)
        return the_blobs().read(item.digest, self.purpose or OWN, setting)
