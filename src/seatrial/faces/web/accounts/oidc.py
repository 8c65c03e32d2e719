"""The organisation's own sign-in, by OpenID Connect, as a TOML file names it.

Read with the settings, before Django is set up.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seatrial.core.problem import BadInputError
from seatrial.core.record import from_json

PROVIDER_ID = "office"
"""Stands in the address that the provider sends people back to; one provider, so one name."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcProvider:
    """name: on the button. server: its issuer; `/.well-known/openid-configuration` lies below it.

    origins: others that its sign-in page leads over, for browsers that hold forms to a policy.
    """

    name: str
    server: str
    client_id: str
    client_secret: str
    origins: tuple[str, ...] = ()

    @property
    def form_origins(self) -> tuple[str, ...]:
        """Give the origins that the button's form may end at."""
        parts = urlsplit(self.server)
        return tuple(dict.fromkeys((f"{parts.scheme}://{parts.netloc}", *self.origins)))

    @property
    def for_allauth(self) -> Mapping[str, Any]:
        """Give the provider in allauth's words."""
        app = {
            "provider_id": PROVIDER_ID,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            # A code that was stolen on its way is worth nothing without what this session keeps.
            "settings": {"server_url": self.server, "oauth_pkce_enabled": True},
        }
        return {"openid_connect": {"APPS": [app]}}


def read_oidc(path: str, *, public: bool) -> OidcProvider | None:
    """Read the provider's file; None without one. public: the portal has an origin of its own.

    Raises: BadInputError for a file that cannot be read, or a server that is not https.
    """
    if not path:
        return None
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"{path} cannot be read: {error}.", "Mend the file that SEATRIAL_OIDC names."
        ) from error
    found = from_json(OidcProvider, table, place=path)
    for one in (found.server, *found.origins):
        parts = urlsplit(one)
        here = parts.scheme == "http" and parts.hostname in _LOOPBACK and not public
        if not (parts.scheme == "https" or here) or not parts.hostname or parts.query:
            raise BadInputError(
                f"{path}: {one!r} is no https address.",
                "Name the provider's issuer; what it says is trusted as far as TLS.",
            )
    return found
