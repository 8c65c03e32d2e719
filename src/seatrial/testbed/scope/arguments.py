"""Tell a command's plain arguments from its options."""

from collections.abc import Sequence

from seatrial.testbed.scope.reading import Word

_SHORT_OPTION = 2  # characters of `-x`


def plain_arguments(arguments: Sequence[Word], takes_value: str) -> list[Word]:
    """Give the arguments that are neither options nor their values."""
    plain: list[Word] = []
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word.text.startswith("-") and len(word.text) > 1:
            skip = word.text[1] in takes_value and len(word.text) == _SHORT_OPTION
        else:
            plain.append(word)
    return plain
