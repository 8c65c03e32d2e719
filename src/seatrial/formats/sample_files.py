"""Where a bundle keeps what belongs to one sample, and how a sample is named there."""

import string

from seatrial.review.bundle import JOURNAL_FOLDER, LOGS_FOLDER

SUBMISSIONS_FOLDER = "submissions/"
"""Hostile content, byte for byte; a crash nobody planted can be looked into from here."""

LOG_ENDING = ".eval"
JOURNAL_ENDING = ".jsonl"

_PLAIN = frozenset(string.ascii_letters + string.digits + "_.-~ ")
"""Characters of a label that its file's name has as they are; others are %XX of their UTF-8."""


def sample_key(task: str, epoch: int) -> str:
    """Name a sample within its role: in logs, labels of sandboxes and file names."""
    return f"{task.replace('/', '.')}.e{epoch}"


def submission_file(role: str, key: str) -> str:
    """Name the file of a sample's submission within the bundle."""
    return f"{SUBMISSIONS_FOLDER}{role}.{key}.bin"


def log_file(role: str) -> str:
    """Name a role's log within the bundle."""
    return f"{LOGS_FOLDER}{role}{LOG_ENDING}"


def label_in_names(label: str) -> str:
    """Spell a sandbox's label as the name of its journal has it."""
    return "".join(
        char
        if char in _PLAIN
        else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
        for char in label
    )


def journal_file(label: str) -> str:
    """Name the journal of a sandbox within the bundle."""
    return f"{JOURNAL_FOLDER}{label_in_names(label)}{JOURNAL_ENDING}"


def journal_label(path: str) -> str:
    """Give the label of the sandbox whose journal lies at `path`, spelt as in its name."""
    return path.removeprefix(JOURNAL_FOLDER).removesuffix(JOURNAL_ENDING)
