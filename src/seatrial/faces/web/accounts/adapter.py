"""What of allauth's ways is ours: attempts at one account count together, whatever they name."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter."""

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """Name the account that somebody tries to enter.

        allauth's own name begins with the Host header, of which visitors choose the port: each port
        would begin a new count.
        """
        return str(credentials.get("email") or "").lower()
