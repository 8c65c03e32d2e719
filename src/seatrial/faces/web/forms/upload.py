"""A file that is handed in: read whole, below a limit."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

MEGABYTE = 1024 * 1024


class Upload(forms.FileField):
    """Gives the file's bytes. most: bytes."""

    def __init__(self, *, most: int = 16 * MEGABYTE, **options: Any) -> None:
        super().__init__(**options)
        self._most = most

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Give the bytes, or None for no file. Raises: ValidationError when it is too large."""
        given = super().clean(data, initial)
        if not isinstance(given, UploadedFile):
            return None
        if given.size is None or given.size > self._most:
            raise forms.ValidationError(f"The file is larger than {self._most // 1024} KiB.")
        return given.read()
