"""What every page needs: who is signed in, where one is, what one may open."""

from dataclasses import dataclass

from django.http import HttpRequest

from seatrial import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of the menu. here: the page is in this part."""

    name: str
    path: str
    here: bool


MENU = (("Home", "/"),)
"""For everybody; who signed in sees more (`PRIVATE_MENU`)."""

PRIVATE_MENU = (("Submissions", "/submissions/"), ("People", "/people/"))


def shell(request: HttpRequest) -> dict[str, object]:
    """Give the context of every template."""
    signed_in = request.user.is_authenticated
    entries = (*MENU, *PRIVATE_MENU) if signed_in else MENU
    return {
        "menu": [
            Link(name=name, path=path, here=_is_here(request.path, path)) for name, path in entries
        ],
        "software_version": __version__,
    }


def _is_here(current: str, path: str) -> bool:
    return current == path if path == "/" else current.startswith(path)
