"""What of allauth's ways is ours: counting attempts, and who comes in through a provider."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import HttpRequest

from seatrial.faces.web.accounts.sign_in_record import record


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter. Attempts at one account count together, whatever they name."""

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """Name the account that somebody tries to enter.

        allauth's own name begins with the Host header, of which visitors choose the port: each port
        would begin a new count.
        """
        return str(credentials.get("email") or "").lower()


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter for providers: they open accounts that were connected, and make none."""

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: SocialLogin) -> bool:
        """Let nobody register through a provider, whatever address it says they have.

        An account is made by its own address, and connected by whoever is in it.
        """
        return False

    def pre_social_login(self, _request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Hold the provider's two answers against each other, before anybody comes in.

        Raises: OAuth2Error without an identity token, or with another person's facts.
        Source: OpenID Connect Core 1.0, 3.1.3.3 and 5.3.2, which allauth leaves to us.
        """
        said = sociallogin.account.extra_data
        token, facts = said.get("id_token"), said.get("userinfo")
        if not token or (facts and facts.get("sub") != token.get("sub")):
            raise OAuth2Error("The provider's answers are of different people, or of nobody.")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> None:
        """Leave a row for the auditor."""
        record(request, "failed", "", None, place=f"provider {provider}")
