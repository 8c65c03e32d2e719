"""People of the tests, each with a browser window of their own."""

import re
from dataclasses import dataclass, field
from http.client import FOUND
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, expect

from .conftest import Portal, register, set_up_second_factor


def join(page: Page, path: str, name: str) -> None:
    """Accept an invitation."""
    page.goto(path)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You have joined your party.")).to_be_visible()


def status_of(page: Page, path: str) -> int:
    """Open a page; give the answer's status."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def link_to(portal: Portal, email: str) -> str:
    """Give the invitation's link from the latest mail."""
    found = re.search(r"http://\S+/invitation/\S+", portal.mails(email)[-1])
    assert found
    return found[0]


@dataclass
class Cast:
    """Who takes part, by name."""

    browser: Browser
    portal: Portal
    pages: dict[str, Page] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)
    """Who sent a form, and where to, when it was taken."""

    def come(self, name: str, email: str, path: str) -> Page:
        """Let a person register and join."""
        context = self.browser.new_context(base_url=self.portal.url)
        context.on("response", lambda answer: self._note(name, answer))
        page = context.new_page()
        page.set_default_timeout(30_000)
        register(page, self.portal, email)
        join(page, path, name)
        self.secrets[name] = set_up_second_factor(page)
        self.pages[name] = page
        return page

    def invite(self, by: str, name: str, email: str, role: str) -> Page:
        """Let an administrator invite somebody who comes."""
        page = self.pages[by]
        page.goto("/people/")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Role").select_option(role)
        page.get_by_role("button", name="Invite").click()
        expect(page.get_by_text(f"Invited {email}.")).to_be_visible()
        return self.come(name, email, link_to(self.portal, email))

    def _note(self, name: str, answer: Response) -> None:
        # A form that is shown again was refused, or showed something.
        if answer.request.method == "POST" and answer.status == FOUND:
            self.done.append((name, urlsplit(answer.url).path))

    def leave(self) -> None:
        """Close every window."""
        for page in self.pages.values():
            page.context.close()
