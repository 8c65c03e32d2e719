"""The worker: its parts joined to adapters. Django is set up before."""

import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from django.conf import settings

from seatrial.adapters.blobs.blob_folder import BlobFolder
from seatrial.adapters.queue.board import Boards
from seatrial.adapters.queue.leases import Leases
from seatrial.adapters.queue.work_database import open_work_database, work_database_of
from seatrial.core.people import CaseId

TRIALS = "trials"
"""Folder of running trials, in the data folder."""


@cache
def the_work_database() -> sa.Engine:
    """Give the database of the durable work."""
    return open_work_database(work_database_of(settings.DATA))


@cache
def the_boards() -> Boards:
    """Give the live boards."""
    return Boards(the_work_database())


@cache
def the_leases() -> Leases:
    """Give the leases of ordered trials."""
    return Leases(the_work_database())


def signing_key() -> Path:
    """Give the key that signs this programme's trials; all who sign have the same."""
    return Path(
        os.environ.get("SEATRIAL_KEY") or Path(settings.DATA) / "trial-keys" / "signing.pem"
    )


@cache
def the_blob_folder() -> BlobFolder:
    """Give sealed content as files: to destroy one, no key is needed."""
    return BlobFolder(settings.DATA / "sealed")


def trial_folder(case: CaseId, trial: str) -> Path:
    """Give where a running trial keeps its files; its contents are in the clear."""
    return Path(settings.DATA) / TRIALS / case / trial


def signing_folder(case: CaseId, trial: str) -> Path:
    """Give where a host's evidence is unpacked to be checked; in the clear, for that long."""
    return Path(settings.DATA) / TRIALS / case / f"{trial}.signing"


def rescan_folder(case: CaseId, trial: str) -> Path:
    """Give where a sealed trial is unpacked to be searched; in the clear, for that long."""
    return Path(settings.DATA) / TRIALS / case / f"{trial}.rescan"


def remove_rescan(case: CaseId, trial: str) -> None:
    """Remove what was unpacked, and the case's folder when nothing else is in it."""
    folder = rescan_folder(case, trial)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.parent.rmdir()


def remove_signing(case: CaseId, trial: str) -> None:
    """Remove what was unpacked."""
    shutil.rmtree(signing_folder(case, trial), ignore_errors=True)


def remove_trial_folders(case: CaseId) -> None:
    """Remove what running trials of a case left."""
    shutil.rmtree(Path(settings.DATA) / TRIALS / case, ignore_errors=True)


def remove_trial(case: CaseId, trial: str) -> None:
    """Remove what one trial left."""
    shutil.rmtree(trial_folder(case, trial), ignore_errors=True)
