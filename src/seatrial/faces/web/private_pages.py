"""Default deny: a page is for people who signed in, unless it says that it is public."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from seatrial.faces.web.accounts.models import Account

View = TypeVar("View", bound=Callable[..., HttpResponse])

_PUBLIC: set[Callable[..., HttpResponse]] = set()

_PUBLIC_PREFIXES = ("/account/", "/static/")
"""allauth guards its own pages; static files are public."""


def public(view: View) -> View:
    """Mark a view as open to everybody; the outermost decorator."""
    _PUBLIC.add(view)
    return view


def is_public(request: HttpRequest, view: Callable[..., HttpResponse]) -> bool:
    """Tell whether a page is for everybody, or guarded by allauth itself."""
    return view in _PUBLIC or request.path.startswith(_PUBLIC_PREFIXES)


def signed_in(request: HttpRequest) -> Account:
    """Give the account behind a request that the middleware let through."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


class PrivatePages:
    """Middleware: asks for a sign-in; pages of people are kept by no cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and tell caches to keep nothing of who signed in."""
        response = self._get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Send people without a session to sign in."""
        if request.user.is_authenticated or is_public(request, view):
            return None
        return redirect_to_login(request.get_full_path())
