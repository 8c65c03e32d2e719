"""Where a bundle keeps what agents left to be graded."""

SUBMISSIONS_FOLDER = "submissions/"
"""Hostile content, byte for byte; a crash nobody planted can be looked into from here."""


def submission_file(role: str, key: str) -> str:
    """Name the file of a sample's submission within the bundle."""
    return f"{SUBMISSIONS_FOLDER}{role}.{key}.bin"
