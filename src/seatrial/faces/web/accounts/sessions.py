"""Where sessions are kept: Django's table. Django names this module in a setting."""

from django.contrib.sessions.backends import db

_LEAST = 8
"""Characters of a session's name. Source: Django, which draws 32."""


class SessionStore(db.SessionStore):
    """Django's sessions, by names that could be theirs."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Tell whether a cookie could name a session.

        Django asks the database for any text, and PostgreSQL fails on one with a NUL.
        """
        return key is not None and len(key) >= _LEAST and key.isascii() and key.isalnum()
