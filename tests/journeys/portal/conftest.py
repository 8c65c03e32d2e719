"""The portal as people meet it: a server of its own, Debian's Chromium, mail in a folder."""

import base64
import hmac
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page, expect, sync_playwright

from seatrial.adapters.clock import SystemClock
from seatrial.core.words import forbidden_words

PASSWORD = "a long passphrase of tests 7"  # noqa: S105 - of made-up people
SEATRIAL = Path(sys.executable).parent / "seatrial"
AXE = Path(__file__).parents[3] / "src/seatrial/faces/web/assets/node_modules/axe-core/axe.min.js"

MADE_UP = Path(__file__).parents[2] / "golden" / "made_up_trial.py"
BUNDLE = ("plan.dsse.json", "statement.dsse.json", "manifest.json", "report.json", "report.html")


@dataclass(frozen=True)
class Portal:
    """A running portal. first: path of its first administrator's invitation.

    evidence: folder of a made-up trial's bundle, signed by a key that the portal trusts.
    """

    url: str
    data: Path
    first: str
    evidence: Path

    def mails(self, address: str) -> list[str]:
        """Give the texts of the mails to an address, oldest first."""
        texts = []
        for path in sorted((self.data / "mail").glob("*"), key=lambda one: one.stat().st_mtime_ns):
            for part in path.read_bytes().split(b"-" * 79):
                mail = message_from_bytes(part.strip())
                if mail["To"] == address:
                    texts.append(str(mail.get_payload(decode=True), "utf-8"))
        return texts


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal for each module: its first invitation is good once."""
    data = tmp_path_factory.mktemp("portal")
    port = free_port()
    begun = subprocess.run(
        [SEATRIAL, "portal", "begin", "--data", data, "--name", "Office of Model Review"],
        check=True,
        capture_output=True,
        text=True,
    )
    evidence = made_up_bundle(tmp_path_factory.mktemp("trial"), trust=data / "trusted.pem")
    log = (data / "server.log").open("wb")
    process = subprocess.Popen(
        [SEATRIAL, "serve", "--no-worker", "--data", data, "--port", str(port)],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=os.environ | {"SEATRIAL_WEB_WORKERS": "1"},
    )
    url = f"http://localhost:{port}"
    try:
        wait_for(url, process, data / "server.log")
        yield Portal(url, data, begun.stdout.strip().splitlines()[-1], evidence)
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def made_up_bundle(folder: Path, *, trust: Path) -> Path:
    """Write a made-up trial's bundle, and its signer's public key where the portal looks."""
    spec = importlib.util.spec_from_file_location("made_up_trial", MADE_UP)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["made_up_trial"] = module
    spec.loader.exec_module(module)
    made = module.made_up_trial()
    for name in BUNDLE:
        (folder / name).write_bytes(made.bundle()[name])
    trust.write_bytes(
        made.signer.public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return folder


LIST_ROUTES = """
import django
django.setup()
from django.urls import URLPattern, get_resolver

def walk(patterns, before):
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            print(one.name, route)
        elif not route.startswith(("account/", "api/")):
            walk(one.url_patterns, route)

walk(get_resolver().url_patterns, "")
"""


def routes(portal: Portal) -> list[tuple[str, str]]:
    """Give name and route of every page, accounts' own and the API left out."""
    listed = subprocess.run(
        [sys.executable, "-c", LIST_ROUTES],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "SEATRIAL_DATA": str(portal.data),
            "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
        },
    )
    return [
        (name, route)
        for name, _, route in (line.partition(" ") for line in listed.stdout.splitlines())
    ]


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}: {log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "the portal's tests need Debian's chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                "--disable-sync",
            ],
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A person's own browser window. Errors of scripts and of the content policy fail the test."""
    context = browser.new_context(base_url=portal.url)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield opened
    context.close()
    assert wrong == []


Check = Callable[[Page, str], None]

REFLOW = (1280, 640, 375, 320)
"""Widths in CSS pixels: 640 is a desktop at 200 %, 320 one at 400 % (WCAG 2.2, 1.4.10)."""


@pytest.fixture(scope="session")
def check_page(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Hold the page against axe, desktop and phone; keep a screenshot of each."""
    kept = Path(os.environ.get("SEATRIAL_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    kept.mkdir(parents=True, exist_ok=True)
    script = AXE.read_text(encoding="utf-8")
    widths = ((1280, "desktop"), (375, "phone"))

    def check(page: Page, name: str) -> None:
        for width, form in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=kept / f"{name}-{form}.png", full_page=True)
            if width == widths[0][0]:
                page.evaluate(f"() => {{ {script} }}")
            found = page.evaluate(
                "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',"
                " 'wcag22aa', 'best-practice']}).then(r => r.violations.map("
                "v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 200))]))"
            )
            assert found == [], f"{name} at {width} px"
        for width in REFLOW:
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} at {width} px scrolls sideways"
        page.set_viewport_size({"width": 1280, "height": 900})
        text = page.locator("body").inner_text()
        assert forbidden_words(text) == (), f"{name} says that something is allowed"

    return check


def totp(secret: str, *, later: int = 0) -> str:
    """Give the code that an authenticator app shows (RFC 6238: SHA-1, 30 s, six digits).

    later: so many steps from now.
    """
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.digest(
        key, (int(SystemClock().now().timestamp()) // 30 + later).to_bytes(8, "big"), "sha1"
    )
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def register(page: Page, portal: Portal, email: str) -> None:
    """Register with a password and the code that came by mail."""
    page.goto("/account/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign Up").click()
    page.get_by_label("Code").wait_for()
    mail = portal.mails(email)[-1]
    code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{2,4})$", mail, re.MULTILINE)
    assert code, mail
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Sign out").wait_for()


def open_guarded(page: Page, path: str) -> None:
    """Open a page that asks for the password once more."""
    page.goto(path)
    if page.get_by_role("heading", name="Confirm Access").count():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("heading", name="Confirm Access").wait_for(state="detached")


def set_up_second_factor(page: Page) -> str:
    """Let a person set up an authenticator app; give its secret."""
    open_guarded(page, "/account/2fa/totp/activate/")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(totp(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text(re.compile("recovery codes", re.IGNORECASE)).first).to_be_visible()
    return secret


@dataclass(frozen=True)
class Demo:
    """A running demonstration. password: of everybody in it. data: its folder."""

    browser: Browser
    url: str
    password: str
    data: Path

    def sign_in(self, email: str) -> Page:
        """Open a window of somebody's, signed in. The caller closes its context."""
        page = self.visit()
        page.goto("/account/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(self.password)
        page.get_by_role("button", name="Sign In", exact=True).click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    def tell(self) -> None:
        """Tell people what happened, as a worker does; none runs here."""
        said = (
            "import django; django.setup()\nfrom seatrial.faces.worker.notices import tell_people"
        )
        subprocess.run(
            [sys.executable, "-c", f"{said}\ntell_people()"],
            check=True,
            env=os.environ
            | {
                "SEATRIAL_DATA": str(self.data),
                "DJANGO_SETTINGS_MODULE": "seatrial.faces.web.settings",
            },
        )

    def visit(self) -> Page:
        """Open a stranger's window."""
        page = self.browser.new_context(base_url=self.url).new_page()
        page.set_default_timeout(30_000)
        return page


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration as `seatrial serve --demo` starts it."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    log = folder / "server.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [SEATRIAL, "serve", "--demo", "--no-worker", "--port", str(port)],
            stdout=written,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SEATRIAL_WEB_WORKERS": "1", "TMPDIR": str(folder)},
        )
    url = f"http://localhost:{port}"
    try:
        wait_for(url, process, log)
        said = re.search(r"with the password (\S+)", log.read_text())
        assert said, log.read_text()
        (data,) = folder.glob("seatrial-demo-*")
        yield Demo(browser, url, said[1], data)
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert [one.name for one in folder.iterdir()] == ["server.log"]
