"""Search a trial's folder: transcripts from its logs, beside each the journal of its sandbox.

The folder comes from a sealed archive, whose maker may have been hostile: logs are read by a
bounded process, files only where they are plain, and what cannot be read is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seatrial.adapters.bundle_folder import BundleFolder
from seatrial.adapters.log_reading import log_reader
from seatrial.core.canonical import Digest
from seatrial.core.journal_chain import parse_journal
from seatrial.core.journal_entry import JournalEntry
from seatrial.core.problem import BadInputError
from seatrial.formats.logged import LoggedSample, LogTrouble
from seatrial.formats.sample_files import (
    JOURNAL_ENDING,
    LOG_ENDING,
    journal_file,
    submission_file,
)
from seatrial.formats.signed_plan import open_plan
from seatrial.review.bundle import JOURNAL_FOLDER, LOGS_FOLDER, PLAN_FILE
from seatrial.review.plan import MODEL_ROLE, REFRAMED_ROLE
from seatrial.review.rescan.record import TrialSearched, Unread, trial_searched
from seatrial.review.rescan.search import Search, SearchedSample
from seatrial.review.sample import Detection
from seatrial.review.shown import shown

ROLES = (MODEL_ROLE, REFRAMED_ROLE)
"""Whose samples are searched: the model's. Controls are agents of the programme's own."""

MOST_UNREAD = 100
"""Of one archive that a record names; one more line counts the rest."""

_GRADING = ".grading."


@dataclass(slots=True)
class _Searching:
    folder: BundleFolder
    search: Search
    listing: frozenset[str]
    searched: list[tuple[str, tuple[Detection, ...]]] = field(
        default_factory=list[tuple[str, tuple[Detection, ...]]]
    )
    unread: list[Unread] = field(default_factory=list[Unread])

    def read(self, name: str) -> bytes | None:
        """Read a file that may be there; None when it is not, or cannot be read."""
        if name not in self.listing:
            return None
        try:
            return self.folder.read(name)
        except OSError as error:
            self.miss(name, f"It cannot be read: {error.strerror}.")
            return None

    def miss(self, where: str, why: str) -> None:
        self.unread.append(Unread(where=shown(where), why=shown(why)))

    def journal(self, name: str) -> tuple[JournalEntry, ...]:
        content = self.read(name)
        if content is None:
            return ()
        try:
            return parse_journal(content, name=name, torn_end=True)
        except (BadInputError, RecursionError) as problem:
            self.miss(name, problem.what if isinstance(problem, BadInputError) else "Too deep.")
            return ()

    def capabilities(self) -> dict[str, str]:
        """Give the capability of each task, by the plan; without a plan no rule is tolerated."""
        content = self.read(PLAN_FILE)
        if content is None:
            return {}
        try:
            plan, _ = open_plan(content, {}, place=PLAN_FILE)
        except BadInputError as problem:
            self.miss(PLAN_FILE, problem.what)
            return {}
        families = {one.family: one.capability for one in plan.families}
        return {one.name: families.get(one.family, "") for one in plan.tasks}


def search_trial(
    folder: BundleFolder, trial: str, archive: Digest, search: Search
) -> TrialSearched:
    """Search every sample of the model under trial. archive: its digest, for the record.

    Raises: BadInputError when the folder holds too many files.
    """
    at = _Searching(folder=folder, search=search, listing=frozenset(folder.listing()))
    logs = [name for role in ROLES if (name := f"{LOGS_FOLDER}{role}{LOG_ENDING}") in at.listing]
    if logs:
        _search_logs(at, logs)
    else:
        at.miss(LOGS_FOLDER, "The trial left no log of the model: its transcripts are not here.")
        _search_journals(at)
    return trial_searched(trial, archive, at.searched, tuple(_bounded(at.unread)))


def _search_logs(at: _Searching, logs: list[str]) -> None:
    capabilities = at.capabilities()
    for logged in log_reader(at.folder)(logs):
        if isinstance(logged, LogTrouble):
            at.miss(logged.path, logged.what)
        elif isinstance(logged, LoggedSample):
            name = journal_file(logged.journal)
            if name not in at.listing:
                at.miss(logged.key, "The journal of its sandbox is not there.")
            sample = SearchedSample(
                capability=capabilities.get(logged.task, ""),
                transcript=logged.turns,
                journal=at.journal(name),
                submission=at.read(submission_file(logged.role, logged.key)),
            )
            where = shown(f"{logged.role}/{logged.task}/{logged.epoch}")
            at.searched.append((where, at.search(sample)))


def _search_journals(at: _Searching) -> None:
    """Search what a trial without logs left: one that was stopped has its journals all the same."""
    for name in sorted(at.listing):
        label = name.removeprefix(JOURNAL_FOLDER)
        if label == name or not name.endswith(JOURNAL_ENDING) or _GRADING in label:
            continue
        if label.partition(".")[0] not in ROLES:
            continue
        journal = at.journal(name)
        if journal:
            sample = SearchedSample(capability="", transcript=(), journal=journal, submission=None)
            at.searched.append((shown(name), at.search(sample)))


def _bounded(unread: list[Unread]) -> Iterator[Unread]:
    yield from unread[:MOST_UNREAD]
    more = len(unread) - MOST_UNREAD
    if more > 0:
        yield Unread(where="", why=f"and {more} more")
