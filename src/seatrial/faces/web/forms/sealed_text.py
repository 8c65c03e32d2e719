"""A text that is sealed before the command names it."""

from typing import Any

from django import forms

MAX_CHARACTERS = 200_000
"""Of a text typed or pasted. Longer material comes as a file."""


class SealedText(forms.CharField):
    """What is typed here is encrypted to the case; the ledger gets a digest only."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "Sealed: encrypted to this case, every reading on record.")
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 6}), max_length=MAX_CHARACTERS, **options
        )
