"""Seatrial: review of frontier AI models before release, and the vulnerability clearinghouse."""

from typing import Final

__version__: Final = "0.1.0"
