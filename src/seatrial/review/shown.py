"""Hostile text made fit to show to a person."""

MOST_CHARACTERS = 160
"""Of a quoted text: about two lines of a page."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """Say how many: `1 task`, `2 tasks`. many: where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def shown(text: str, most: int = MOST_CHARACTERS) -> str:
    """Quote text on one line: escapes, direction marks and newlines become visible codes."""
    safe = "".join(
        char if char.isprintable() and char != "\\" else char.encode("unicode_escape").decode()
        for char in text[: most + 1]
    )
    return safe if len(safe) <= most else safe[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
