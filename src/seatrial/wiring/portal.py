"""The portal and the ledger's commands: ports joined to adapters. Django is set up before."""

from functools import cache

from django.conf import settings

from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.blobs.custody import Custody
from seatrial.adapters.blobs.sealing import SealedBlobs
from seatrial.adapters.clock import SystemClock
from seatrial.adapters.documents import Documents
from seatrial.adapters.store.ledger import DatabaseLedger
from seatrial.core.ports import Clock
from seatrial.core.sealed.blob import BLOBS
from seatrial.core.sealed.case_key import CASE_KEYS
from seatrial.review.lists import PROJECTIONS


@cache
def the_ledger() -> DatabaseLedger:
    """Give the ledger of Django's database, the same for all threads of the process."""
    return DatabaseLedger((*PROJECTIONS, BLOBS, CASE_KEYS))


@cache
def the_blobs() -> SealedBlobs:
    """Give sealed content: ciphertext and keys lie in folders of their own."""
    custody = Custody(settings.CASE_KEYS, settings.OPERATOR_KEY)
    return SealedBlobs(the_ledger(), BlobFolder(settings.DATA / "sealed"), custody)


@cache
def the_documents() -> Documents:
    """Give documents that are no secret."""
    return Documents(settings.DATA / "documents")


def the_clock() -> Clock:
    """Give the machine's clock."""
    return SystemClock()
